package io.leasegate.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.HeaderFields.Coding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The test kit's HPACK against the examples of RFC 7541 and against Netty's, in both directions. */
class HpackTest {

    @Test
    void decodesTheRequestsOfRfc7541AppendixC4() {
        HpackReader reader = new HpackReader();
        assertThat(reader.read(hex("828684418cf1e3c2e5f23a6ba0ab90f4ff")).toString())
                .isEqualTo("[:method: GET, :scheme: http, :path: /, :authority: www.example.com]");
        assertThat(reader.read(hex("828684be5886a8eb10649cbf")).get("cache-control"))
                .isEqualTo("no-cache");
        HeaderFields third = reader.read(hex("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"));
        assertThat(third.get("custom-key")).isEqualTo("custom-value");
        assertThat(third.get(":authority")).isEqualTo("www.example.com");
    }

    @Test
    void encodesTheHuffmanCodeOfRfc7541AppendixC() {
        assertThat(HpackTables.huffmanEncode("www.example.com")).isEqualTo(hex("f1e3c2e5f23a6ba0ab90f4ff"));
    }

    @Test
    void keepsHowAFieldWasCoded() {
        HpackWriter writer = new HpackWriter();
        HpackReader reader = new HpackReader();
        HeaderFields sent = HeaderFields.of("a", "1")
                .with("b", "2", Coding.NEVER_INDEXED)
                .with("c", "3", Coding.LITERAL_WITH_INDEXING)
                .with("c", "3", Coding.INDEXED);
        assertThat(reader.read(writer.write(sent)).fields()).isEqualTo(sent.fields());
    }

    @Test
    void readsWhatNettyWritesAndNettyReadsWhatWeWriteOverManyBlocks() throws Exception {
        Random random = new Random(7);
        DefaultHttp2HeadersEncoder nettyEncoder = new DefaultHttp2HeadersEncoder();
        DefaultHttp2HeadersDecoder nettyDecoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
        HpackReader reader = new HpackReader();
        HpackWriter writer = new HpackWriter();
        for (int round = 0; round < 300; round++) {
            writer.huffman(random.nextBoolean());
            HeaderFields fields = randomFields(random);

            Http2Headers netty = new DefaultHttp2Headers(false);
            fields.forEach(f -> netty.add(f.name(), f.value()));
            ByteBuf encoded = Unpooled.buffer();
            nettyEncoder.encodeHeaders(1, netty, encoded);
            assertThat(text(reader.read(ByteBufUtil.getBytes(encoded)))).isEqualTo(text(fields));

            Http2Headers decoded = nettyDecoder.decodeHeaders(1, Unpooled.wrappedBuffer(writer.write(fields)));
            StringBuilder s = new StringBuilder();
            decoded.forEach(
                    e -> s.append(e.getKey()).append('=').append(e.getValue()).append('\n'));
            assertThat(s.toString()).isEqualTo(text(fields));
        }
    }

    private static HeaderFields randomFields(Random random) {
        HeaderFields fields = HeaderFields.of();
        Coding[] codings = Coding.values();
        for (int i = random.nextInt(12); i >= 0; i--) {
            StringBuilder value = new StringBuilder();
            for (int n = random.nextInt(60); n > 0; n--) {
                value.append((char) (32 + random.nextInt(95)));
            }
            String v = random.nextBoolean() ? "repeated" : value.toString();
            fields = fields.with("name-" + random.nextInt(20), v, codings[random.nextInt(codings.length)]);
        }
        return fields;
    }

    private static String text(HeaderFields fields) {
        StringBuilder s = new StringBuilder();
        fields.forEach(f -> s.append(f.name()).append('=').append(f.value()).append('\n'));
        return s.toString();
    }

    private static byte[] hex(String s) {
        return HexFormat.of().parseHex(s);
    }
}
