package io.leasegate.h2;

import io.netty.util.AsciiString;

/**
 * One header field. Immutable, so it may be shared between blocks, connections and threads. The name is canonical: a well-known name
 * is always the constant of {@link HeaderNames}, which lets {@link HeaderBlock} compare by identity first.
 */
public final class HeaderField {

    private final AsciiString name;
    private final AsciiString value;
    private final boolean neverIndexed;

    private HeaderField(AsciiString name, AsciiString value, boolean neverIndexed) {
        this.name = name;
        this.value = value;
        this.neverIndexed = neverIndexed;
    }

    /** A field that may enter compression tables. The name must be in lower case. */
    public static HeaderField of(AsciiString name, AsciiString value) {
        return new HeaderField(HeaderNames.canonical(name), value, false);
    }

    /** A field that must not enter any compression table (RFC 7541 section 7.1.3). */
    public static HeaderField neverIndexed(AsciiString name, AsciiString value) {
        return new HeaderField(HeaderNames.canonical(name), value, true);
    }

    public AsciiString name() {
        return name;
    }

    public AsciiString value() {
        return value;
    }

    /** Whether the field must stay out of compression tables on every hop. */
    public boolean isNeverIndexed() {
        return neverIndexed;
    }

    /** The size that RFC 7541 section 4.1 counts: name and value plus 32 bytes. */
    public int listBytes() {
        return name.length() + value.length() + 32;
    }

    @Override
    public String toString() {
        return name + ": " + value;
    }
}
