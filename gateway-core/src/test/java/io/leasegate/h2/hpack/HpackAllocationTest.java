package io.leasegate.h2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.leasegate.h2.HeaderBlock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a call's header blocks cost in garbage: nothing for what repeats, one small object for a value that is new. */
class HpackAllocationTest {

    private static final int WARM_UP = 2_000;
    private static final int BLOCKS = 10_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final DefaultHttp2HeadersEncoder client =
            new DefaultHttp2HeadersEncoder((name, value) -> name.toString().equals(":path"), true, 64, 0);
    private final HpackDecoder decoder = new HpackDecoder(new FieldInterner(), 4096, 8192);
    private final HpackEncoder encoder = new HpackEncoder(new BlockWriter());
    private final HeaderBlock block = new HeaderBlock();

    /** Not from an allocator: the leak detector's notes are objects too. */
    private final ByteBuf out = Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(1024));

    @BeforeEach
    void countingIsThere() {
        assertThat(threads.isThreadAllocatedMemoryEnabled()).isTrue();
    }

    /** With every field indexed, and with {@code :path} as a Huffman-coded literal each time, as nghttp2 sends it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRepeatedRequestAllocatesNothing(boolean direct) throws Exception {
        ByteBuf first = request(direct, "");
        // Netty marks a sensitive field as never indexed; nghttp2 just leaves it out of the table.
        ByteBuf second = literalPath(request(direct, ""));
        relay(first);
        for (int i = 0; i < WARM_UP; i++) {
            relay(second);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < BLOCKS; i++) {
            relay(second);
        }
        assertThat(bytesPerBlock(before)).isZero();
        assertThat(block.size()).isEqualTo(7);
        assertThat(out.readableBytes()).as("all fields are in both tables").isEqualTo(7);
    }

    @Test
    void aRepeatedResponseAllocatesNothing() throws Exception {
        Http2Headers headers = new DefaultHttp2Headers()
                .status("200")
                .add("content-type", "application/grpc")
                .add("grpc-encoding", "identity");
        Http2Headers trailers = new DefaultHttp2Headers().add("grpc-status", "0");
        List<ByteBuf> blocks = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            for (Http2Headers h : List.of(headers, trailers)) {
                ByteBuf b = Unpooled.buffer();
                client.encodeHeaders(3, h, b);
                blocks.add(b);
            }
        }
        relay(blocks.get(0));
        relay(blocks.get(1));
        for (int i = 0; i < WARM_UP; i++) {
            relay(blocks.get(2 + i % 2));
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < BLOCKS; i++) {
            relay(blocks.get(2 + i % 2));
        }
        assertThat(bytesPerBlock(before)).isZero();
    }

    /** HeaderField, AsciiString and the bytes of "id-123456789012": 32, 32 and 32 bytes with plain object headers. */
    @Test
    void aNewValueCostsOneFieldOfItsSize() throws Exception {
        int count = WARM_UP + BLOCKS;
        List<ByteBuf> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blocks.add(request(false, "id-" + (123456780000L + i)));
        }
        for (int i = 0; i < WARM_UP; i++) {
            relay(literalPath(blocks.get(i)));
        }
        for (int i = WARM_UP; i < count; i++) {
            literalPath(blocks.get(i));
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = WARM_UP; i < count; i++) {
            relay(blocks.get(i));
        }
        assertThat(bytesPerBlock(before)).isBetween(64L, 96L);
    }

    /** Rounded down: the virtual machine itself allocates a little on any thread, once in a while; no object is less than 8 bytes. */
    private long bytesPerBlock(long before) {
        return (threads.getCurrentThreadAllocatedBytes() - before) / BLOCKS;
    }

    private ByteBuf request(boolean direct, String id) throws Exception {
        Http2Headers h = new DefaultHttp2Headers()
                .method("POST")
                .scheme("http")
                .path("/leasegate.v1.Greeter/SayHello")
                .authority("greeter.example.com:8080")
                .add("content-type", "application/grpc")
                .add("user-agent", "grpc-go/1.75.0")
                .add("te", "trailers");
        if (!id.isEmpty()) {
            h.add("x-request-id", id);
        }
        ByteBuf b =
                direct ? Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(512)).clear() : Unpooled.buffer(512);
        client.encodeHeaders(3, h, b);
        return b;
    }

    /** Makes the one never-indexed literal of a block a literal without indexing. */
    private static ByteBuf literalPath(ByteBuf b) {
        int at = b.indexOf(b.readerIndex(), b.writerIndex(), (byte) 0x14);
        assertThat(at).isNotNegative();
        b.setByte(at, 0x04);
        return b;
    }

    private void relay(ByteBuf in) throws HpackException {
        block.clear();
        in.readerIndex(0);
        decoder.begin();
        decoder.decode(in, true, block);
        out.clear();
        encoder.encode(block, out);
    }
}
