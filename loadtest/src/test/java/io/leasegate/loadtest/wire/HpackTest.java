package io.leasegate.loadtest.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against Netty's HPACK. */
class HpackTest {

    @Test
    void readsWhatAnotherWriterWrites() throws Exception {
        Random random = new Random(7);
        // Both with Huffman code (from 8 characters on) and without.
        for (int huffmanFrom : new int[] {0, 8, Integer.MAX_VALUE}) {
            DefaultHttp2HeadersEncoder writer =
                    new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, false, 16, huffmanFrom);
            HpackReader reader = new HpackReader();
            for (int block = 0; block < 300; block++) {
                Http2Headers headers = new DefaultHttp2Headers(false).status("200");
                headers.add("content-type", "application/grpc");
                headers.add("x-upstream-service-time", Integer.toString(random.nextInt(50)));
                headers.add("x-" + random.nextInt(200), "~{" + "v".repeat(random.nextInt(90)) + "\u00e9");
                ByteBuf out = Unpooled.buffer();
                writer.encodeHeaders(3, headers, out);
                List<String> expected = new ArrayList<>();
                headers.forEach(field -> expected.add(field.getKey() + ": " + field.getValue()));
                List<String> read = new ArrayList<>();
                reader.read(out, out.readableBytes(), field -> read.add(field.toString()));
                assertThat(read).containsExactlyElementsOf(expected);
            }
        }
    }

    @Test
    void anotherReaderReadsWhatIsWritten() throws Exception {
        HeaderField[] fields = {
            new HeaderField(":method", "POST"),
            new HeaderField(":path", "/a.B/C"),
            new HeaderField("te", "trailers"),
            new HeaderField("user-agent", "x".repeat(200))
        };
        for (long tableBytes : new long[] {4096, 100, 0}) {
            HpackWriter writer = new HpackWriter();
            DefaultHttp2HeadersDecoder reader = new DefaultHttp2HeadersDecoder(false);
            reader.configuration().maxHeaderTableSize(tableBytes);
            writer.limitTable(tableBytes);
            for (int block = 0; block < 3; block++) {
                ByteBuf out = Unpooled.buffer();
                writer.write(out, fields);
                if (block > 0 && tableBytes == 4096) {
                    assertThat(out.readableBytes()).isEqualTo(fields.length);
                }
                Http2Headers read = reader.decodeHeaders(3, out);
                for (HeaderField field : fields) {
                    assertThat(read.get(field.name())).hasToString(field.value());
                }
            }
        }
    }

    @Test
    void refusesAnIndexThatIsNone() {
        HpackReader reader = new HpackReader();
        ByteBuf block = Unpooled.wrappedBuffer(new byte[] {(byte) (0x80 | 62)});
        assertThatThrownBy(() -> reader.read(block, 1, field -> {}))
                .isInstanceOf(ProtocolFailure.class)
                .hasMessageContaining("62");
    }
}
