package io.leasegate.h2.hpack;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Header sections as peers send them, from a seed: known fields, repeated ones, unique ones, any bytes, any length. */
final class RandomFields {

    /** A field and whether it must never be indexed. */
    record Field(AsciiString name, AsciiString value, boolean sensitive) {

        HeaderField asHeaderField(boolean repeated) {
            if (sensitive) {
                return HeaderField.neverIndexed(name, value);
            }
            return repeated ? HeaderField.constant(name, value) : HeaderField.of(name, value);
        }

        @Override
        public String toString() {
            return name + ": " + value + (sensitive ? " (never indexed)" : "");
        }
    }

    private static final String[] PSEUDO = {":method", ":scheme", ":path", ":authority", ":status", ":unknown"};
    private static final String[] NAMES = {
        "content-type",
        "te",
        "user-agent",
        "grpc-timeout",
        "x-request-id",
        "traceparent",
        "accept-encoding",
        "cookie",
        "authorization",
        "set-cookie",
        "x-a",
        "x-b",
        "x-c",
        "date",
        "www-authenticate"
    };
    private static final String[] VALUES = {
        "",
        "GET",
        "POST",
        "/",
        "/index.html",
        "http",
        "https",
        "200",
        "404",
        "gzip, deflate",
        "trailers",
        "application/grpc",
        "0",
        "/leasegate.v1.Greeter/SayHello",
        "a value with spaces, and more than one word"
    };

    private final Random random;
    private final int longest;

    RandomFields(Random random, int longest) {
        this.random = random;
        this.longest = longest;
    }

    /** A section with its pseudo-headers in front. */
    List<Field> section() {
        List<Field> fields = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            fields.add(field(PSEUDO[random.nextInt(PSEUDO.length)]));
        }
        for (int i = random.nextInt(8); i > 0; i--) {
            fields.add(field(random.nextInt(8) == 0 ? newName() : NAMES[random.nextInt(NAMES.length)]));
        }
        return fields;
    }

    private Field field(String name) {
        // Netty knows a sensitive field by its name, so it depends on nothing else.
        boolean sensitive = name.length() % 7 == 6;
        return new Field(new AsciiString(name), value(), sensitive);
    }

    private String newName() {
        StringBuilder s = new StringBuilder("x");
        for (int i = random.nextInt(1 + random.nextInt(40)); i >= 0; i--) {
            s.append((char) ('a' + random.nextInt(26)));
        }
        return s.toString();
    }

    private AsciiString value() {
        int kind = random.nextInt(20);
        if (kind < 10) {
            return new AsciiString(VALUES[random.nextInt(VALUES.length)]);
        }
        int length = random.nextInt(kind == 19 ? longest : 60);
        byte[] bytes = new byte[length];
        if (kind == 18) {
            random.nextBytes(bytes);
        } else {
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) (' ' + random.nextInt(95));
            }
        }
        return new AsciiString(bytes, false);
    }

    /** The fields as a block of ours; about a part of them are marked as repeated. */
    HeaderBlock block(List<Field> fields, double repeated) {
        HeaderBlock b = new HeaderBlock();
        for (Field f : fields) {
            b.add(f.asHeaderField(random.nextDouble() < repeated));
        }
        return b;
    }

    /** What a block has, in the form of {@link #section()}. */
    static List<Field> of(HeaderBlock b) {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < b.size(); i++) {
            HeaderField f = b.field(i);
            fields.add(new Field(f.name(), f.value(), f.isNeverIndexed()));
        }
        return fields;
    }
}
