package io.leasegate.h2.hpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The Huffman code against Netty's encoder: each symbol, random strings, in any pieces; and broken codes. */
class HuffmanTest {

    private final HuffmanDecoder decoder = new HuffmanDecoder();

    @Test
    void everySymbol() throws Exception {
        for (int symbol = 0; symbol < 256; symbol++) {
            byte[] text = codable((byte) symbol, (byte) 'X', (byte) symbol, (byte) symbol);
            assertThat(decode(encode(text), 1)).as("symbol %d", symbol).isEqualTo(text);
            assertThat(decode(encode(text), 1000)).as("symbol %d", symbol).isEqualTo(text);
        }
    }

    @Test
    void randomStringsInRandomPieces() throws Exception {
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            byte[] text = new byte[9 + random.nextInt(seed % 10 == 0 ? 3000 : 60)];
            random.nextBytes(text);
            if (seed % 2 == 0) {
                for (int i = 0; i < text.length; i++) {
                    text[i] = (byte) ('a' + (text[i] & 0x7f) % 26);
                }
            } else {
                text = codable(text);
            }
            byte[] coded = encode(text);
            int pieces = 1 + random.nextInt(8);
            assertThat(decode(coded, coded.length + 1)).as("seed %d", seed).isEqualTo(text);
            assertThat(decode(coded, pieces))
                    .as("seed %d in pieces of %d", seed, pieces)
                    .isEqualTo(text);
        }
    }

    /** Whatever comes, no more comes out than there is room for. */
    @Test
    void outputStaysWithinItsRoom() {
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            byte[] coded = new byte[random.nextInt(40)];
            if (seed % 3 > 0) {
                random.nextBytes(coded);
            }
            byte[] out = new byte[HuffmanDecoder.maxOutput(coded.length)];
            decoder.begin();
            try {
                decoder.end(out, decoder.decode(coded, 0, coded.length, out, 0));
            } catch (HpackException e) {
                assertThat(e).hasMessageContaining("RFC 7541 section 5.2");
            }
        }
    }

    @Test
    void paddingIsUpToSevenOnes() throws Exception {
        // "0" is 00000, "1" is 00001, "&" is 11111000
        assertThat(decode(hex("07"), 1)).containsExactly('0');
        assertThat(decode(hex("f8"), 1)).containsExactly('&');
        assertThat(decode(hex("00000000 1f"), 5)).containsExactly("0000000".getBytes(StandardCharsets.US_ASCII));
        for (String bad : new String[] {"00", "03", "05", "06", "ff", "07ff", "f8ff", "f8ffff", "0000"}) {
            assertThatThrownBy(() -> decode(hex(bad), 1)).as(bad).isInstanceOf(HpackException.class);
            assertThatThrownBy(() -> decode(hex(bad), 9)).as(bad).isInstanceOf(HpackException.class);
        }
    }

    private byte[] decode(byte[] coded, int piece) throws HpackException {
        byte[] out = new byte[HuffmanDecoder.maxOutput(coded.length)];
        decoder.begin();
        int n = 0;
        for (int i = 0; i < coded.length; i += piece) {
            n = decoder.decode(coded, i, Math.min(i + piece, coded.length), out, n);
        }
        return Arrays.copyOf(out, decoder.end(out, n));
    }

    /** The bytes with so many short codes around them that the whole gets shorter, since else Netty would not code it. */
    private static byte[] codable(byte... bytes) {
        byte[] text = new byte[bytes.length * 9];
        Arrays.fill(text, (byte) 'a');
        for (int i = 0; i < bytes.length; i++) {
            text[i * 9 + i % 9] = bytes[i];
        }
        return text;
    }

    /** What Netty writes for a value, cut out of a literal with an indexed name. */
    private static byte[] encode(byte[] text) throws Http2Exception {
        ByteBuf out = Unpooled.buffer();
        new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.ALWAYS_SENSITIVE, true, 64, 0)
                .encodeHeaders(3, new DefaultHttp2Headers(false).add(":path", new AsciiString(text, false)), out);
        assertThat(out.readByte()).isEqualTo((byte) 0x14);
        int length = out.readByte() & 0xff;
        assertThat(length >= 0x80).as("Huffman-coded").isTrue();
        if (length == 0xff) {
            while (out.readByte() < 0) {
                assertThat(out.isReadable()).isTrue();
            }
        }
        return ByteBufUtil.getBytes(out);
    }

    private static byte[] hex(String digits) {
        return ByteBufUtil.decodeHexDump(digits.replace(" ", ""));
    }
}
