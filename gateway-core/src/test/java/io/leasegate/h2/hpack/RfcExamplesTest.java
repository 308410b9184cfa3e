package io.leasegate.h2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The examples of RFC 7541 appendix C, word for word, with the table behind each. */
class RfcExamplesTest {

    private static final String FIRST_REQUEST = """
            :method: GET
            :scheme: http
            :path: /
            :authority: www.example.com
            """;
    private static final String SECOND_REQUEST = FIRST_REQUEST + "cache-control: no-cache\n";
    private static final String THIRD_REQUEST = """
            :method: GET
            :scheme: https
            :path: /index.html
            :authority: www.example.com
            custom-key: custom-value
            """;
    private static final String[] TABLES_OF_REQUESTS = {
        ":authority: www.example.com\n",
        "cache-control: no-cache\n:authority: www.example.com\n",
        "custom-key: custom-value\ncache-control: no-cache\n:authority: www.example.com\n"
    };

    private static final String FIRST_RESPONSE = """
            :status: 302
            cache-control: private
            date: Mon, 21 Oct 2013 20:13:21 GMT
            location: https://www.example.com
            """;
    private static final String SECOND_RESPONSE = """
            :status: 307
            cache-control: private
            date: Mon, 21 Oct 2013 20:13:21 GMT
            location: https://www.example.com
            """;
    private static final String THIRD_RESPONSE = """
            :status: 200
            cache-control: private
            date: Mon, 21 Oct 2013 20:13:22 GMT
            location: https://www.example.com
            content-encoding: gzip
            set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1
            """;
    private static final String[] TABLES_OF_RESPONSES = {"""
        location: https://www.example.com
        date: Mon, 21 Oct 2013 20:13:21 GMT
        cache-control: private
        :status: 302
        """, """
        :status: 307
        location: https://www.example.com
        date: Mon, 21 Oct 2013 20:13:21 GMT
        cache-control: private
        """, """
        set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1
        content-encoding: gzip
        date: Mon, 21 Oct 2013 20:13:22 GMT
        """};

    private final HpackDecoder decoder = new HpackDecoder(new FieldInterner(), 4096, 8192);
    private final HpackEncoder encoder = new HpackEncoder(new BlockWriter());

    @Test
    void c21LiteralWithIndexing() throws HpackException {
        String bytes = "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572";
        check(bytes, "custom-key: custom-header\n", "custom-key: custom-header\n");
        assertThat(encode(constants("custom-key: custom-header\n"))).isEqualTo(hex(bytes));
    }

    @Test
    void c22LiteralWithoutIndexing() throws HpackException {
        String bytes = "040c 2f73 616d 706c 652f 7061 7468";
        check(bytes, ":path: /sample/path\n", "");
        assertThat(encode(new HeaderBlock().add(HeaderField.of(ascii(":path"), ascii("/sample/path")))))
                .isEqualTo(hex(bytes));
    }

    @Test
    void c23LiteralNeverIndexed() throws HpackException {
        String bytes = "1008 7061 7373 776f 7264 0673 6563 7265 74";
        HeaderBlock b = check(bytes, "password: secret\n", "");
        assertThat(b.field(0).isNeverIndexed()).isTrue();
        assertThat(encode(new HeaderBlock().add(HeaderField.neverIndexed(ascii("password"), ascii("secret")))))
                .isEqualTo(hex(bytes));
    }

    @Test
    void c24IndexedField() throws HpackException {
        check("82", ":method: GET\n", "");
        assertThat(encode(constants(":method: GET\n"))).isEqualTo("82");
    }

    @Test
    void c3RequestsWithoutHuffmanCoding() throws HpackException {
        String[] bytes = {
            "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
            "8286 84be 5808 6e6f 2d63 6163 6865",
            "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65"
        };
        check(bytes[0], FIRST_REQUEST, TABLES_OF_REQUESTS[0]);
        check(bytes[1], SECOND_REQUEST, TABLES_OF_REQUESTS[1]);
        check(bytes[2], THIRD_REQUEST, TABLES_OF_REQUESTS[2]);
        assertThat(encode(constants(FIRST_REQUEST))).isEqualTo(hex(bytes[0]));
        assertThat(encode(constants(SECOND_REQUEST))).isEqualTo(hex(bytes[1]));
        assertThat(encode(constants(THIRD_REQUEST))).isEqualTo(hex(bytes[2]));
    }

    @Test
    void c4RequestsWithHuffmanCoding() throws HpackException {
        check("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", FIRST_REQUEST, TABLES_OF_REQUESTS[0]);
        check("8286 84be 5886 a8eb 1064 9cbf", SECOND_REQUEST, TABLES_OF_REQUESTS[1]);
        check("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf", THIRD_REQUEST, TABLES_OF_REQUESTS[2]);
    }

    @Test
    void c5ResponsesWithoutHuffmanCoding() throws HpackException {
        String sizeUpdateTo256 = "3fe1 01";
        check(
                sizeUpdateTo256
                        + "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133"
                        + "2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70"
                        + "6c65 2e63 6f6d",
                FIRST_RESPONSE,
                TABLES_OF_RESPONSES[0]);
        check("4803 3330 37c1 c0bf", SECOND_RESPONSE, TABLES_OF_RESPONSES[1]);
        check(
                "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d"
                        + "54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049"
                        + "5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e"
                        + "3d31",
                THIRD_RESPONSE,
                TABLES_OF_RESPONSES[2]);
    }

    @Test
    void c6ResponsesWithHuffmanCoding() throws HpackException {
        String sizeUpdateTo256 = "3fe1 01";
        check(
                sizeUpdateTo256
                        + "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6"
                        + "2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
                FIRST_RESPONSE,
                TABLES_OF_RESPONSES[0]);
        check("4883 640e ffc1 c0bf", SECOND_RESPONSE, TABLES_OF_RESPONSES[1]);
        check(
                "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab"
                        + "77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f"
                        + "9587 3160 65c0 03ed 4ee5 b106 3d50 07",
                THIRD_RESPONSE,
                TABLES_OF_RESPONSES[2]);
    }

    /** The same responses through our encoder and decoder, which choose other forms but must have the same list. */
    @Test
    void responsesRoundTripThroughATableOf256Bytes() throws HpackException {
        encoder.maxTableBytes(256);
        for (int round = 0; round < 3; round++) {
            for (String response : List.of(FIRST_RESPONSE, SECOND_RESPONSE, THIRD_RESPONSE)) {
                assertThat(text(decode(encode(constants(response))))).isEqualTo(response);
            }
        }
    }

    private HeaderBlock check(String bytes, String fields, String table) throws HpackException {
        HeaderBlock b = decode(hex(bytes));
        assertThat(text(b)).isEqualTo(fields);
        List<String> entries = new ArrayList<>();
        long count = table.lines().count();
        for (int i = 0; i < count; i++) {
            entries.add(text(decode(Integer.toHexString(0x80 + 62 + i))));
        }
        assertThat(String.join("", entries)).isEqualTo(table);
        assertThat(decoder.tableEntries()).isEqualTo((int) count);
        return b;
    }

    private HeaderBlock decode(String hex) throws HpackException {
        HeaderBlock into = new HeaderBlock();
        decoder.begin();
        decoder.decode(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)), true, into);
        return into;
    }

    private String encode(HeaderBlock block) {
        ByteBuf out = Unpooled.buffer();
        encoder.encode(block, out);
        return ByteBufUtil.hexDump(out);
    }

    private static HeaderBlock constants(String lines) {
        HeaderBlock b = new HeaderBlock();
        lines.lines().forEach(line -> {
            int colon = line.indexOf(": ");
            b.add(HeaderField.constant(ascii(line.substring(0, colon)), ascii(line.substring(colon + 2))));
        });
        return b;
    }

    private static String text(HeaderBlock b) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < b.size(); i++) {
            s.append(b.field(i)).append('\n');
        }
        return s.toString();
    }

    private static String hex(String groups) {
        return groups.replace(" ", "");
    }

    private static AsciiString ascii(String s) {
        return new AsciiString(s);
    }
}
