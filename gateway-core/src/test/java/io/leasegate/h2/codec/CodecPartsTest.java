package io.leasegate.h2.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.H2Stream;
import io.leasegate.h2.codec.CodecFixture.Sent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The small parts of the codec, each for itself. */
@Timeout(120)
class CodecPartsTest {

    /** Any history of streams that come and go, against a table of the library. */
    @Test
    void theStreamTableHoldsWhatWasPutAndNothingElse() {
        try (CodecFixture f = CodecFixture.server()) {
            for (int seed = 0; seed < 50; seed++) {
                Random random = new Random(seed);
                StreamMap map = new StreamMap();
                TreeMap<Integer, RelayStream> model = new TreeMap<>();
                int nextId = 1;
                int target = 1 + random.nextInt(300);
                for (int i = 0; i < 2_000; i++) {
                    if (random.nextInt(target) >= model.size()) {
                        // Sequential ids as peers give them, and jumps.
                        nextId += random.nextInt(20) == 0 ? 2 * random.nextInt(1 << 20) : 2;
                        RelayStream s = stream(f, nextId);
                        map.put(s);
                        model.put(nextId, s);
                    } else {
                        Integer below = model.floorKey(random.nextInt(nextId + 1));
                        int id = below == null ? model.firstKey() : below;
                        map.remove(id);
                        model.remove(id);
                    }
                    assertThat(map.size()).isEqualTo(model.size());
                    int probe = 1 + random.nextInt(nextId);
                    assertThat(map.get(probe)).as("seed %d, id %d", seed, probe).isSameAs(model.get(probe));
                }
                assertThat(map.all())
                        .as("seed %d", seed)
                        .containsExactly(model.values().toArray(new RelayStream[0]));
                for (int id : new ArrayList<>(model.keySet())) {
                    assertThat(map.get(id)).as("seed %d, id %d", seed, id).isSameAs(model.get(id));
                    map.remove(id);
                    map.remove(id);
                }
                assertThat(map.size()).isZero();
            }
        }
    }

    private static RelayStream stream(CodecFixture f, int id) {
        RelayStream s = f.connection.newStream(id, f.new Heard());
        f.connection.streams().remove(id);
        return s;
    }

    @Test
    void theLastClosedStreamsAreRemembered() {
        ClosedStreams closed = new ClosedStreams();
        assertThat(closed.get(1)).as("of nothing").isEqualTo(ClosedStreams.How.RESET_BY_US);
        for (int i = 0; i < 200; i++) {
            closed.add(2 * i + 1, ClosedStreams.How.values()[i % 3]);
            for (int back = 0; back < Math.min(i, 63); back++) {
                assertThat(closed.get(2 * (i - back) + 1)).isEqualTo(ClosedStreams.How.values()[(i - back) % 3]);
            }
        }
        assertThat(closed.get(1)).as("long ago").isEqualTo(ClosedStreams.How.RESET_BY_US);
        assertThat(closed.get(2)).as("never").isEqualTo(ClosedStreams.How.RESET_BY_US);
    }

    /** Streams that wait for the connection's window share what comes of it in turns of 16 KiB. */
    @Test
    void waitingStreamsTakeTurns() {
        try (CodecFixture f = CodecFixture.server()) {
            f.receive(CodecFixture.settings(Frames.SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20));
            List<H2Stream> streams = List.of(f.request(1), f.request(3), f.request(5));
            f.turn(() -> {
                for (H2Stream s : streams) {
                    s.sendHeaders(CodecFixture.RESPONSE, false);
                    CodecFixture.send(s, 200_000, true);
                }
            });
            int[] sent = new int[6];
            count(f.sent(), sent);
            assertThat(sent).as("the first met nobody").containsExactly(0, Frames.DEFAULT_WINDOW_BYTES, 0, 0, 0, 0);
            sent[1] = 0;
            for (int i = 0; i < 20; i++) {
                f.receive(CodecFixture.frame(Frames.WINDOW_UPDATE, 0, 0, 16_384));
                count(f.sent(), sent);
                int most = Math.max(sent[1], Math.max(sent[3], sent[5]));
                int least = Math.min(sent[1], Math.min(sent[3], sent[5]));
                assertThat(most - least)
                        .as("no stream is more than a turn ahead")
                        .isLessThanOrEqualTo(16_384);
            }
            f.receive(CodecFixture.frame(Frames.WINDOW_UPDATE, 0, 0, 1 << 20));
            count(f.sent(), sent);
            assertThat(sent).containsExactly(0, 200_000 - Frames.DEFAULT_WINDOW_BYTES, 0, 200_000, 0, 200_000);
            assertThat(f.connection.activeStreams()).isZero();
        }
    }

    /** A stream whose own window is closed stands in nobody's way, and header sections need no window at all. */
    @Test
    void aStalledStreamStopsNobody() {
        try (CodecFixture f = CodecFixture.server()) {
            f.receive(CodecFixture.settings(Frames.SETTINGS_INITIAL_WINDOW_SIZE, 0));
            H2Stream stalled = f.request(1);
            H2Stream other = f.request(3);
            f.receive(CodecFixture.frame(Frames.WINDOW_UPDATE, 0, 3, 100_000));
            f.turn(() -> {
                stalled.sendHeaders(CodecFixture.RESPONSE, false);
                CodecFixture.send(stalled, 10, true);
                other.sendHeaders(CodecFixture.RESPONSE, false);
                CodecFixture.send(other, 65_535, false);
                CodecFixture.send(other, 1, false);
            });
            int[] sent = new int[6];
            count(f.sent(), sent);
            assertThat(sent).containsExactly(0, 0, 0, 65_535, 0, 0);
            H2Stream third = f.request(5);
            f.turn(() -> third.sendHeaders(CodecFixture.RESPONSE, true));
            assertThat(f.sent().stream().filter(s -> s.is(Frames.HEADERS, 5)).count())
                    .isEqualTo(1);
            assertThat(f.queued.get()).isEqualTo(11);
            f.turn(() -> stalled.reset(8));
            assertThat(f.queued.get()).as("dropped").isEqualTo(1);
        }
    }

    private static void count(List<Sent> frames, int[] sent) {
        for (Sent s : frames) {
            if (s.type() == Frames.DATA) {
                sent[s.streamId()] += s.payload().length;
            }
        }
    }

    /** The peer's SETTINGS_MAX_FRAME_SIZE holds for DATA and for header sections, which go on in CONTINUATION. */
    @Test
    void nothingIsLongerThanThePeersFrames() {
        for (int max : new int[] {16_384, 20_000}) {
            try (CodecFixture f = CodecFixture.server()) {
                f.receive(CodecFixture.settings(
                        Frames.SETTINGS_MAX_FRAME_SIZE, max, Frames.SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20));
                f.receive(CodecFixture.frame(Frames.WINDOW_UPDATE, 0, 0, 1 << 20));
                H2Stream s = f.request(1);
                f.sent();
                f.turn(() -> {
                    s.sendHeaders(
                            CodecFixture.RESPONSE
                                    .copy()
                                    .add(new AsciiString("x-large"), new AsciiString("y".repeat(50_000))),
                            false);
                    CodecFixture.send(s, 50_000, true);
                });
                List<Sent> frames = f.sent();
                assertThat(frames)
                        .allSatisfy(x -> assertThat(x.payload().length).isLessThanOrEqualTo(max));
                List<Integer> types = frames.stream().map(Sent::type).toList();
                int continuations = 50_000 / max;
                assertThat(types.subList(0, 2 + continuations - 1)).containsExactlyElementsOf(headAnd(continuations));
                assertThat(frames.stream()
                                .filter(x -> (x.flags() & Frames.END_HEADERS) != 0 && x.type() != Frames.DATA))
                        .hasSize(1);
                int[] sent = new int[6];
                count(frames, sent);
                assertThat(sent[1]).isEqualTo(50_000);
            }
        }
    }

    private static List<Integer> headAnd(int continuations) {
        List<Integer> types = new ArrayList<>(List.of(Frames.HEADERS));
        for (int i = 0; i < continuations; i++) {
            types.add(Frames.CONTINUATION);
        }
        return types;
    }

    /** Large payloads leave as slices between pieces of the one buffer of the batch: staging order is wire order. */
    @Test
    void whatIsStagedLeavesInItsOrder() {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            try (CodecFixture f = CodecFixture.server()) {
                f.receive(CodecFixture.settings(Frames.SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20));
                f.receive(CodecFixture.frame(Frames.WINDOW_UPDATE, 0, 0, 1 << 24));
                H2Stream s = f.request(1);
                f.sent();
                List<Integer> wanted = new ArrayList<>();
                f.turn(() -> {
                    s.sendHeaders(CodecFixture.RESPONSE, false);
                    for (int i = 0; i < 12; i++) {
                        int n = 1 + random.nextInt(random.nextBoolean() ? 100 : 16_384);
                        CodecFixture.send(s, n, false);
                        f.connection.output().ping(n, false);
                        wanted.add(n);
                        wanted.add(-n);
                    }
                });
                List<Integer> got = f.sent().stream()
                        .filter(x -> x.type() == Frames.DATA || x.type() == Frames.PING)
                        .map(x -> x.type() == Frames.DATA ? x.payload().length : -x.intAt(4))
                        .toList();
                assertThat(got).as("seed %d", seed).isEqualTo(wanted);
            }
        }
    }

    @Test
    void readsShareABufferUntilSomebodyKeepsIt() {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
        SharedReadBuffers buffers = new SharedReadBuffers();
        var one = buffers.newHandle();
        var other = buffers.newHandle();
        ByteBuf first = one.allocate(allocator);
        first.writeInt(1);
        first.release();
        ByteBuf second = other.allocate(allocator);
        assertThat(second).as("nobody kept it").isSameAs(first);
        assertThat(second.readableBytes()).isZero();
        ByteBuf kept = second.writeInt(7).retainedSlice();
        second.release();
        ByteBuf third = one.allocate(allocator);
        assertThat(third).as("a slice is kept").isNotSameAs(first);
        third.writeInt(8);
        assertThat(kept.readInt()).isEqualTo(7);
        kept.release();
        third.release();
        buffers.release();
        one.allocate(allocator).release();
        assertThat(allocator.metric().usedDirectMemory())
                .as("after the loop's end")
                .isZero();
    }
}
