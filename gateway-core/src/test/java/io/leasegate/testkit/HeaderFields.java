package io.leasegate.testkit;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** An ordered, immutable list of header fields as they stood on the wire: no name is folded, moved or checked. */
public final class HeaderFields implements Iterable<HeaderFields.Field> {

    /** How a field was, or is to be, coded (RFC 7541 section 6). */
    public enum Coding {
        INDEXED,
        LITERAL_WITH_INDEXING,
        LITERAL,
        NEVER_INDEXED
    }

    /** One field; characters are bytes (ISO 8859-1). */
    public record Field(String name, String value, Coding coding) {
        @Override
        public String toString() {
            return name + ": " + value;
        }
    }

    private final List<Field> fields;

    HeaderFields(List<Field> fields) {
        this.fields = List.copyOf(fields);
    }

    /** Fields from names and values in turn. */
    public static HeaderFields of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("names and values must come in pairs");
        }
        List<Field> list = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            list.add(new Field(namesAndValues[i], namesAndValues[i + 1], Coding.LITERAL));
        }
        return new HeaderFields(list);
    }

    /** The head of a gRPC request. */
    public static HeaderFields grpcRequest(String authority, String path) {
        return of(
                ":method", "POST",
                ":scheme", "http",
                ":path", path,
                ":authority", authority,
                "content-type", "application/grpc",
                "te", "trailers");
    }

    /** The head of a gRPC response. */
    public static HeaderFields grpcResponse() {
        return of(":status", "200", "content-type", "application/grpc");
    }

    /** Trailers with a status and no message. */
    public static HeaderFields grpcTrailers(int status) {
        return of("grpc-status", Integer.toString(status));
    }

    /** The same fields and one more behind them. */
    public HeaderFields with(String name, String value) {
        return with(name, value, Coding.LITERAL);
    }

    /** The same fields and one more behind them, coded as asked. */
    public HeaderFields with(String name, String value, Coding coding) {
        List<Field> list = new ArrayList<>(fields);
        list.add(new Field(name, value, coding));
        return new HeaderFields(list);
    }

    /** The same fields but all of one name. */
    public HeaderFields without(String name) {
        return new HeaderFields(
                fields.stream().filter(f -> !f.name().equals(name)).toList());
    }

    /** The same fields with the value of one replaced in its place. */
    public HeaderFields replace(String name, String value) {
        return new HeaderFields(fields.stream()
                .map(f -> f.name().equals(name) ? new Field(name, value, f.coding()) : f)
                .toList());
    }

    /** The first value of the name, or null. */
    public String get(String name) {
        for (Field f : fields) {
            if (f.name().equals(name)) {
                return f.value();
            }
        }
        return null;
    }

    /** All values of the name in their order. */
    public List<String> all(String name) {
        return fields.stream()
                .filter(f -> f.name().equals(name))
                .map(Field::value)
                .toList();
    }

    public boolean contains(String name) {
        return get(name) != null;
    }

    /** All names in their order. */
    public List<String> names() {
        return fields.stream().map(Field::name).toList();
    }

    public List<Field> fields() {
        return fields;
    }

    @Override
    public Iterator<Field> iterator() {
        return fields.iterator();
    }

    /** The size as RFC 9113 section 6.5.2 counts it. */
    public int listSize() {
        return fields.stream()
                .mapToInt(f -> f.name().length() + f.value().length() + 32)
                .sum();
    }

    @Override
    public String toString() {
        return fields.toString();
    }
}
