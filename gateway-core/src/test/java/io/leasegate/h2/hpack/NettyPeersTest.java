package io.leasegate.h2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.HeaderBlock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of header blocks between our coders and Netty's: any table sizes, changes of them between blocks, fragments that
 * end anywhere. A seed that fails is named in the message; add it to {@link ValueSource}.
 */
class NettyPeersTest {

    private static final int HISTORIES_PER_SEED = 40;
    private static final int BLOCKS = 60;

    /** Not from an allocator, so that the leak detector does not note every byte that is read. */
    private final ByteBuf fragments = Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(8192));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void weDecodeWhatNettyEncodes(long firstSeed) throws Exception {
        for (long seed = firstSeed * 1000; seed < firstSeed * 1000 + HISTORIES_PER_SEED; seed++) {
            Random random = new Random(seed);
            RandomFields fields = new RandomFields(random, 6000);
            DefaultHttp2HeadersEncoder encoder = nettyEncoder(random);
            HpackDecoder decoder = new HpackDecoder(new FieldInterner(), 4096, 1 << 20);
            for (int i = 0; i < BLOCKS; i++) {
                if (random.nextInt(6) == 0) {
                    encoder.configuration().maxHeaderTableSize(random.nextInt(4097));
                }
                List<RandomFields.Field> section = fields.section();
                ByteBuf block = Unpooled.buffer();
                encoder.encodeHeaders(3, netty(section), block);
                HeaderBlock got = decode(decoder, block, random);
                assertThat(withoutMarks(RandomFields.of(got)))
                        .as("seed %d, block %d", seed, i)
                        .isEqualTo(withoutMarks(section));
                for (int f = 0; f < got.size(); f++) {
                    if (section.get(f).sensitive()) {
                        assertThat(got.field(f).isNeverIndexed())
                                .as("seed %d, block %d: %s is never indexed", seed, i, got.field(f))
                                .isTrue();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void nettyDecodesWhatWeEncode(long firstSeed) throws Exception {
        for (long seed = firstSeed * 1000; seed < firstSeed * 1000 + HISTORIES_PER_SEED; seed++) {
            Random random = new Random(seed);
            RandomFields fields = new RandomFields(random, 6000);
            HpackEncoder encoder = new HpackEncoder(new BlockWriter());
            DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
            for (int i = 0; i < BLOCKS; i++) {
                for (int changes = random.nextInt(8) - 5; changes > 0; changes--) {
                    int size = random.nextInt(3) == 0 ? 0 : random.nextInt(9000);
                    decoder.configuration().maxHeaderTableSize(size);
                    encoder.maxTableBytes(size);
                }
                List<RandomFields.Field> section = fields.section();
                ByteBuf block = Unpooled.buffer();
                encoder.encode(fields.block(section, 0.5), block);
                List<RandomFields.Field> got = fromNetty(decoder.decodeHeaders(3, block));
                assertThat(withoutMarks(got)).as("seed %d, block %d", seed, i).isEqualTo(withoutMarks(section));
            }
        }
    }

    /** As in the gateway: decoded from several clients, sent on over one connection. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void relayedSectionsStayWhatTheyWere(long firstSeed) throws Exception {
        for (long seed = firstSeed * 1000; seed < firstSeed * 1000 + HISTORIES_PER_SEED; seed++) {
            Random random = new Random(seed);
            RandomFields fields = new RandomFields(random, 6000);
            FieldInterner interner = new FieldInterner();
            DefaultHttp2HeadersEncoder[] clients = new DefaultHttp2HeadersEncoder[3];
            HpackDecoder[] decoders = new HpackDecoder[clients.length];
            for (int c = 0; c < clients.length; c++) {
                clients[c] = nettyEncoder(random);
                decoders[c] = new HpackDecoder(interner, 4096, 1 << 20);
            }
            HpackEncoder encoder = new HpackEncoder(new BlockWriter());
            HpackDecoder ours = new HpackDecoder(new FieldInterner(), 4096, 1 << 20);
            DefaultHttp2HeadersDecoder netty = new DefaultHttp2HeadersDecoder(false, 1 << 20);
            for (int i = 0; i < BLOCKS; i++) {
                int c = random.nextInt(clients.length);
                List<RandomFields.Field> section = fields.section();
                ByteBuf in = Unpooled.buffer();
                clients[c].encodeHeaders(3, netty(section), in);
                HeaderBlock block = decode(decoders[c], in, random);
                ByteBuf out = Unpooled.buffer();
                encoder.encode(block, out);
                assertThat(RandomFields.of(decode(ours, out.duplicate(), random)))
                        .as("seed %d, block %d: never-indexed stays so", seed, i)
                        .isEqualTo(RandomFields.of(block));
                assertThat(withoutMarks(fromNetty(netty.decodeHeaders(3, out))))
                        .as("seed %d, block %d", seed, i)
                        .isEqualTo(withoutMarks(section));
            }
        }
    }

    private static DefaultHttp2HeadersEncoder nettyEncoder(Random random) {
        int huffmanFrom = random.nextInt(3) == 0 ? Integer.MAX_VALUE : random.nextInt(30);
        return new DefaultHttp2HeadersEncoder((name, value) -> name.length() % 7 == 6, true, 64, huffmanFrom);
    }

    /** Decodes a block in fragments, all in heap memory or all in the direct buffer. */
    private HeaderBlock decode(HpackDecoder decoder, ByteBuf block, Random random) throws HpackException {
        HeaderBlock into = new HeaderBlock(random.nextInt(4));
        boolean direct = random.nextBoolean();
        int longest = 1 + random.nextInt(random.nextBoolean() ? 4 : 5000);
        int left = 0;
        decoder.begin();
        do {
            int n = Math.min(block.readableBytes(), random.nextInt(longest + 1));
            ByteBuf fragment = direct ? fragments.clear().writeBytes(block, n) : block.readSlice(n);
            decoder.decode(fragment, !block.isReadable(), into);
            left += fragment.readableBytes();
        } while (block.isReadable());
        assertThat(left).as("bytes that were not consumed").isZero();
        return into;
    }

    private static Http2Headers netty(List<RandomFields.Field> section) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (RandomFields.Field f : section) {
            headers.add(f.name(), f.value());
        }
        return headers;
    }

    private static List<RandomFields.Field> fromNetty(Http2Headers headers) {
        List<RandomFields.Field> fields = new ArrayList<>();
        for (Map.Entry<CharSequence, CharSequence> e : headers) {
            fields.add(new RandomFields.Field((AsciiString) e.getKey(), (AsciiString) e.getValue(), false));
        }
        return fields;
    }

    private static List<RandomFields.Field> withoutMarks(List<RandomFields.Field> fields) {
        return fields.stream()
                .map(f -> new RandomFields.Field(f.name(), f.value(), false))
                .toList();
    }
}
