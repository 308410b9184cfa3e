package io.leasegate.loadtest.wire;

/** A name and a value, made once and used for every block that has them. Immutable, any thread. */
public final class HeaderField {

    /** The fields that decide something here. */
    public enum Known {
        STATUS(":status"),
        PATH(":path"),
        GRPC_STATUS("grpc-status"),
        GRPC_MESSAGE("grpc-message"),
        OUTCOME("x-leasegate-outcome"),
        CALL_ID("x-call-id"),
        OTHER("");

        private final String name;

        Known(String name) {
            this.name = name;
        }

        private static Known of(String name) {
            for (Known known : values()) {
                if (known.name.equals(name)) {
                    return known;
                }
            }
            return OTHER;
        }
    }

    private static final int OVERHEAD = 32; // RFC 7541 section 4.1

    private final String name;
    private final String value;
    private final Known known;
    private final int staticIndex;
    private final int staticNameIndex;

    public HeaderField(String name, String value) {
        this.name = name;
        this.value = value;
        this.known = Known.of(name);
        this.staticIndex = StaticHeaders.indexOf(name, value);
        this.staticNameIndex = StaticHeaders.indexOfName(name);
    }

    public String name() {
        return name;
    }

    public String value() {
        return value;
    }

    public Known known() {
        return known;
    }

    /** Its place in the static table, 0 for none. */
    int staticIndex() {
        return staticIndex;
    }

    /** The place of its name in the static table, 0 for none. */
    int staticNameIndex() {
        return staticNameIndex;
    }

    /** What it takes in a dynamic table, in bytes. */
    int tableSize() {
        return name.length() + value.length() + OVERHEAD;
    }

    @Override
    public String toString() {
        return name + ": " + value;
    }
}
