package io.leasegate.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What RFC 9113 section 8.2 and 8.3 say of single fields, found the same way in our own fields and in those off the wire. */
class FieldTraitsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                ":method             | GET       | METHOD",
                ":scheme             | http      | SCHEME",
                ":authority          | a         | AUTHORITY",
                ":path               | /         | PATH",
                ":status             | 200       | STATUS",
                ":protocol           | websocket | UNKNOWN_PSEUDO",
                ":                   | a         | UNKNOWN_PSEUDO NAME_INVALID",
                "::path              | a         | UNKNOWN_PSEUDO NAME_INVALID",
                ":Path               | a         | UNKNOWN_PSEUDO NAME_INVALID",
                "''                  | a         | NAME_INVALID",
                "a:b                 | a         | NAME_INVALID",
                "Accept              | a         | NAME_INVALID",
                "accepT              | a         | NAME_INVALID",
                "a b                 | a         | NAME_INVALID",
                "accept              | a         | -",
                "x-_.~!#$%&'*+^`1    | a         | -",
                "content-length      | 5         | CONTENT_LENGTH",
                "connection          | close     | CONNECTION_SPECIFIC",
                "keep-alive          | a         | CONNECTION_SPECIFIC",
                "proxy-connection    | a         | CONNECTION_SPECIFIC",
                "transfer-encoding   | chunked   | CONNECTION_SPECIFIC",
                "upgrade             | h2c       | CONNECTION_SPECIFIC",
                "te                  | trailers  | TE_TRAILERS",
                "te                  | TrailerS  | TE_TRAILERS",
                "te                  | gzip      | CONNECTION_SPECIFIC",
                "te                  | ''        | CONNECTION_SPECIFIC",
                "te                  | 'trailers,gzip' | CONNECTION_SPECIFIC",
                "authorization       | a         | SECRET NEVER_INDEXED",
                "proxy-authorization | a         | SECRET NEVER_INDEXED",
                "cookie              | a         | SECRET NEVER_INDEXED",
                "set-cookie          | a         | SECRET NEVER_INDEXED",
                "accept              | ' a'      | VALUE_INVALID",
                "accept              | 'a '      | VALUE_INVALID",
                "accept              | ' '       | VALUE_INVALID",
                "accept              | ''        | -",
                "accept              | 'a b'     | -",
            })
    void ofAField(String name, String value, String traits) {
        String expected = traits == null ? "" : traits;
        assertThat(names(of(name, value))).isEqualTo(expected);
        assertThat(names(offTheWire(name, value))).isEqualTo(expected);
    }

    @Test
    void everyByteOfAName() {
        for (int c = 0; c < 256; c++) {
            boolean invalid = c <= 0x20 || (c >= 'A' && c <= 'Z') || c == ':' || c >= 0x7f;
            String name = "x" + (char) c + "y";
            assertThat(names(of(name, "v"))).as("byte %d", c).isEqualTo(invalid ? "NAME_INVALID" : "");
            assertThat(names(offTheWire(name, "v"))).as("byte %d", c).isEqualTo(invalid ? "NAME_INVALID" : "");
        }
    }

    @Test
    void everyByteOfAValueAtEveryPlace() {
        for (int c = 0; c < 256; c++) {
            for (int length = 1; length < 20; length++) {
                for (int at = 0; at < length; at++) {
                    byte[] value = "v".repeat(length).getBytes(StandardCharsets.ISO_8859_1);
                    value[at] = (byte) c;
                    boolean atEnd = at == 0 || at == length - 1;
                    boolean invalid = c == 0 || c == '\r' || c == '\n' || (atEnd && (c == ' ' || c == '\t'));
                    String text = new String(value, StandardCharsets.ISO_8859_1);
                    assertThat(of("x", text).traits() & FieldTraits.MALFORMED)
                            .as("byte %d at %d of %d", c, at, length)
                            .isEqualTo(invalid ? FieldTraits.VALUE_INVALID : 0);
                }
            }
        }
    }

    @Test
    void indexesOfTheStaticTable() {
        for (int i = 1; i <= StaticFields.LENGTH; i++) {
            HeaderField entry = StaticFields.at(i);
            assertThat(FieldTraits.staticIndex(entry.traits())).isEqualTo(i);
            HeaderField same = HeaderField.of(entry.name(), entry.value());
            assertThat(same.traits()).as("%s", entry).isEqualTo(entry.traits());
            assertThat(same.isSameAs(entry)).isTrue();
            assertThat((Object) same.name()).isSameAs(entry.name());
            HeaderField other = HeaderField.of(entry.name(), new AsciiString("other"));
            assertThat(FieldTraits.staticIndex(other.traits())).isZero();
            int lowest = FieldTraits.staticNameIndex(other.traits());
            assertThat(lowest).isBetween(1, i);
            assertThat((Object) StaticFields.at(lowest).name()).isSameAs(entry.name());
            assertThat(lowest == 1 || !StaticFields.at(lowest - 1).name().equals(entry.name()))
                    .isTrue();
        }
        assertThat(of("x-other", "").traits()).isZero();
    }

    @Test
    void wellKnownNamesAreTheConstants() {
        for (AsciiString name : HeaderNames.all()) {
            HeaderField f = of(name.toString(), "");
            assertThat((Object) f.name()).isSameAs(name);
        }
    }

    @Test
    void sameFieldsHaveTheSameHash() {
        List<HeaderField> fields = new ArrayList<>();
        for (int n = 0; n < 20; n++) {
            for (int v = 0; v < 20; v++) {
                HeaderField f = of("n".repeat(n), "v".repeat(v));
                HeaderField again = offTheWire("n".repeat(n), "v".repeat(v));
                assertThat(again.hash()).isEqualTo(f.hash());
                assertThat(again.isSameAs(f)).isTrue();
                fields.add(f);
            }
        }
        for (HeaderField a : fields) {
            for (HeaderField b : fields) {
                assertThat(a.isSameAs(b)).isEqualTo(a.toString().equals(b.toString()));
            }
        }
    }

    @Test
    void marksAreKept() {
        HeaderField secret = HeaderField.neverIndexed(new AsciiString("x"), new AsciiString("v"));
        assertThat(names(secret)).isEqualTo("NEVER_INDEXED");
        HeaderField constant = HeaderField.constant(new AsciiString("x"), new AsciiString("v"));
        assertThat(names(constant)).isEqualTo("REPEATED");
        assertThat(constant.repeated()).isSameAs(constant);
        assertThat(names(of("x", "v").repeated())).isEqualTo("REPEATED");
        assertThat(names(of("x", "v").repeated().withValue(new byte[] {'w'}, 0, 1, 1, false)))
                .isEmpty();
    }

    private static HeaderField of(String name, String value) {
        return HeaderField.of(new AsciiString(name), new AsciiString(value));
    }

    /** With other bytes around, as in a fragment. */
    private static HeaderField offTheWire(String name, String value) {
        byte[] n = (" " + name + "A").getBytes(StandardCharsets.ISO_8859_1);
        byte[] v = (" " + value + " ").getBytes(StandardCharsets.ISO_8859_1);
        int nameHash = FieldHash.of(n, 1, n.length - 2);
        HeaderField nameOf = StaticFields.findName(n, 1, n.length - 2, nameHash);
        if (nameOf == null) {
            nameOf = HeaderField.ofUnknownName(n, 1, n.length - 2, nameHash);
        }
        return nameOf.withValue(v, 1, v.length - 2, FieldHash.of(v, 1, v.length - 2), false);
    }

    private static String names(HeaderField f) {
        StringJoiner s = new StringJoiner(" ");
        String[] names = {
            "METHOD",
            "SCHEME",
            "AUTHORITY",
            "PATH",
            "STATUS",
            "UNKNOWN_PSEUDO",
            "NAME_INVALID",
            "VALUE_INVALID",
            "CONNECTION_SPECIFIC",
            "CONTENT_LENGTH",
            "TE_TRAILERS",
            "SECRET",
            "NEVER_INDEXED",
            "REPEATED"
        };
        for (int i = 0; i < names.length; i++) {
            if ((f.traits() & (1 << i)) != 0) {
                s.add(names[i]);
            }
        }
        return s.toString();
    }
}
