package io.leasegate.h2.hpack;

import static io.leasegate.h2.hpack.Blocks.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Which fields enter the table, which do not, and what the peer is told of its size. */
class HpackEncoderTest {

    private final HpackEncoder encoder = new HpackEncoder(new BlockWriter());
    private final HpackDecoder peer = new HpackDecoder(new FieldInterner(), 65536, 1 << 20);

    @Test
    void whatRepeatsIsOneByteFromTheSecondTimeOn() throws HpackException {
        HeaderField path = constant(":path", "/leasegate.v1.Greeter/SayHello");
        assertThat(encode(path)).startsWith("44").hasSize(2 * (2 + 30));
        assertThat(encode(path)).isEqualTo("be");
        // The same field as another object.
        assertThat(encode(constant(":path", "/leasegate.v1.Greeter/SayHello"))).isEqualTo("be");
        assertThat(encode(of(":path", "/leasegate.v1.Greeter/SayHello"))).isEqualTo("be");
    }

    @Test
    void wholeEntriesOfTheStaticTableAreOneByte() throws HpackException {
        assertThat(encode(
                        of(":method", "POST"),
                        of(":scheme", "http"),
                        of(":status", "200"),
                        of("accept-encoding", "gzip, deflate")))
                .isEqualTo("83868890");
        assertThat(encode(of(":authority", ""))).isEqualTo("81");
        // An entry whose name is a credential's is no exception for the value that the table has.
        assertThat(encode(of("authorization", ""))).isEqualTo("1f0800");
    }

    @Test
    void uniqueValuesOfAKnownNameStayOutOfTheTable() throws HpackException {
        for (int i = 0; i < 100; i++) {
            assertThat(encode(of("user-agent", "agent-" + (1000 + i)))).startsWith("0f2b0a");
        }
        assertThat(peer.tableEntries()).isZero();
    }

    @Test
    void aNewNameCostsItsBytesOnce() throws HpackException {
        assertThat(encode(of("x-request-id", "id-1"))).startsWith("400c");
        for (int i = 2; i < 100; i++) {
            assertThat(encode(of("x-request-id", "id-" + i))).isEqualTo("0f2f" + string("id-" + i));
        }
        assertThat(peer.tableEntries()).isEqualTo(1);
        // When it is driven out, it comes in again.
        for (int i = 0; i < 100; i++) {
            encode(constant("x-" + i, "v".repeat(60)));
        }
        for (int i = 0; i < 1000; i++) {
            encode(of(":path", "/x"));
        }
        assertThat(encode(of("x-request-id", "a"))).startsWith("400c");
        assertThat(encode(of("x-request-id", "b"))).isEqualTo("0f2f" + string("b"));
    }

    @Test
    void neverIndexedFieldsStaySo() throws HpackException {
        HeaderField secret = HeaderField.neverIndexed(ascii("x-token"), ascii("secret"));
        for (int i = 0; i < 3; i++) {
            assertThat(encode(secret)).isEqualTo("10" + string("x-token") + string("secret"));
        }
        // With a name that the table has.
        encode(constant("x-token", "public"));
        assertThat(encode(secret)).isEqualTo("1f2f" + string("secret"));
        // Even when the table has the same value.
        assertThat(encode(HeaderField.neverIndexed(ascii("x-token"), ascii("public"))))
                .isEqualTo("1f2f" + string("public"));
        for (String name : new String[] {"authorization", "proxy-authorization", "cookie", "set-cookie"}) {
            assertThat(encode(constant(name, "secret")).charAt(0)).as(name).isEqualTo('1');
        }
        assertThat(peer.tableEntries()).isEqualTo(1);
    }

    @Test
    void largeFieldsStayOutOfTheTable() throws HpackException {
        HeaderField large = constant(":path", "/" + "x".repeat(1024));
        encode(large);
        encode(large);
        assertThat(peer.tableEntries()).isZero();
        encode(of("x-new", "v".repeat(1000)));
        assertThat(peer.tableEntries()).isZero();
    }

    @Test
    void sizeUpdatesAreWhatTheSettingsAskFor() throws HpackException {
        HeaderField field = constant("a", "1");
        encode(field);
        assertThat(encode(field)).isEqualTo("be");
        // The same size again is no change.
        encoder.maxTableBytes(4096);
        assertThat(encode(field)).isEqualTo("be");
        // More than we use is none either.
        encoder.maxTableBytes(65536);
        encoder.maxTableBytes(-1);
        assertThat(encode(field)).isEqualTo("be");
        encoder.maxTableBytes(0);
        assertThat(encode(field)).isEqualTo("20" + "00" + string("a") + string("1"));
        assertThat(encode(field)).isEqualTo("00" + string("a") + string("1"));
        encoder.maxTableBytes(4096);
        assertThat(encode(field)).isEqualTo("3fe11f" + "40" + string("a") + string("1"));
        // Down and up between two blocks: the smallest size, then the last (RFC 7541 section 4.2).
        encoder.maxTableBytes(100);
        encoder.maxTableBytes(0);
        encoder.maxTableBytes(2000);
        encoder.maxTableBytes(300);
        assertThat(encode(field)).isEqualTo("20" + "3f8d02" + "40" + string("a") + string("1"));
        assertThat(encode(field)).isEqualTo("be");
        // Down and up to where it was: the entry is gone all the same.
        encoder.maxTableBytes(33);
        encoder.maxTableBytes(300);
        assertThat(encode(field)).isEqualTo("3f02" + "3f8d02" + "40" + string("a") + string("1"));
        // Up and down between two blocks is no more than the last.
        encoder.maxTableBytes(4096);
        encoder.maxTableBytes(200);
        assertThat(encode(field)).isEqualTo("3fa901" + "be");
    }

    @Test
    void anEmptyBlockTellsTheSizeToo() {
        encoder.maxTableBytes(0);
        ByteBuf out = Unpooled.buffer();
        encoder.encode(new HeaderBlock(), out);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("20");
    }

    /** A client that sends new names, or fields that it has repeated often enough, in every call. */
    @Test
    void aClientCannotWashOutWhatOthersUse() throws HpackException {
        HeaderBlock good = block(
                constant(":path", "/leasegate.v1.Greeter/SayHello"),
                constant(":authority", "greeter.example.com"),
                constant("content-type", "application/grpc"),
                constant("user-agent", "grpc-go/1.75.0"));
        encode(good);
        int whole = 0;
        for (int i = 0; i < 10_000; i++) {
            HeaderBlock bad = new HeaderBlock();
            for (int k = 0; k < 30; k++) {
                bad.add(
                        i % 2 == 0
                                ? of("n" + i + "-" + k, "v".repeat(100))
                                : constant("a", i + "-" + k + "v".repeat(100)));
            }
            encode(bad);
            if (encode(good).length() <= 2 * 2 * good.size()) {
                whole++;
            }
        }
        assertThat(whole)
                .as("blocks of the good client, of 10,000, that were all indexes")
                .isGreaterThan(8_000);
    }

    /** What was hot yesterday makes room for what is hot today. */
    @Test
    void theTableFollowsTheTraffic() throws HpackException {
        for (int day = 0; day < 5; day++) {
            HeaderField[] hot = new HeaderField[60];
            for (int i = 0; i < hot.length; i++) {
                hot[i] = constant("x-name-" + i, "value of day " + day);
            }
            for (int i = 0; i < 2000; i++) {
                encode(hot[i % hot.length]);
            }
            int indexed = 0;
            for (HeaderField f : hot) {
                indexed += encode(f).length() == 2 ? 1 : 0;
            }
            assertThat(indexed)
                    .as("day %d: of %d fields, in the table", day, hot.length)
                    .isGreaterThan(40);
        }
    }

    @Test
    void entriesAreFoundWhileTheTableTurnsOverAgainAndAgain() throws HpackException {
        EncoderEntries entries = new EncoderEntries(1000, 4);
        for (int i = 0; i < 5000; i++) {
            HeaderField f = of("name-" + i % 7, "value " + i);
            entries.add(f);
            assertThat(entries.find(f)).isZero();
            assertThat(entries.findName(of("name-" + i % 7, ""))).isZero();
            // Sizes are 45 to 49, so the 20 newest fit 1000 bytes and the 25 newest do not.
            if (i >= 25) {
                assertThat(entries.find(of("name-" + (i - 19) % 7, "value " + (i - 19))))
                        .isEqualTo(19);
                assertThat(entries.find(of("name-" + (i - 25) % 7, "value " + (i - 25))))
                        .isEqualTo(-1);
                assertThat(entries.findName(of("name-" + (i - 6) % 7, ""))).isEqualTo(6);
            }
        }
        entries.resize(0);
        assertThat(entries.findName(of("name-0", ""))).isEqualTo(-1);
        assertThat(entries.freeBytes()).isZero();
    }

    private String encode(HeaderField... fields) throws HpackException {
        return encode(block(fields));
    }

    /** Encodes a block, has the peer decode it and returns its bytes. */
    private String encode(HeaderBlock block) throws HpackException {
        ByteBuf out = Unpooled.buffer();
        encoder.encode(block, out);
        String hex = ByteBufUtil.hexDump(out);
        assertThat(text(Blocks.decode(peer, out))).isEqualTo(text(block));
        return hex;
    }

    private static HeaderBlock block(HeaderField... fields) {
        HeaderBlock b = new HeaderBlock();
        for (HeaderField f : fields) {
            b.add(f);
        }
        return b;
    }

    private static HeaderField of(String name, String value) {
        return HeaderField.of(ascii(name), ascii(value));
    }

    private static HeaderField constant(String name, String value) {
        return HeaderField.constant(ascii(name), ascii(value));
    }

    private static AsciiString ascii(String s) {
        return new AsciiString(s);
    }

    private static String string(String s) {
        return String.format("%02x", s.length()) + ByteBufUtil.hexDump(s.getBytes(StandardCharsets.ISO_8859_1));
    }
}
