package io.leasegate.h2.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.ReceiveWindow;
import io.leasegate.h2.codec.CodecFixture.Sent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a stream does when its windows say no. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RelayStreamTest {

    /** An empty frame needs no window, not even one that is not negative (RFC 9113 section 6.9.1). */
    @Test
    void emptyDataEndsAStreamWhoseWindowIsNegative() {
        try (CodecFixture f = CodecFixture.server()) {
            H2Stream s = f.request(1);
            f.turn(() -> {
                s.sendHeaders(CodecFixture.RESPONSE, false);
                CodecFixture.send(s, 1_000, false);
            });
            f.receive(CodecFixture.settings(Frames.SETTINGS_INITIAL_WINDOW_SIZE, 0));
            f.sent();
            f.turn(() -> CodecFixture.send(s, 0, true));
            List<Sent> sent = f.sent();
            assertThat(sent).hasSize(1);
            assertThat(sent.get(0).is(Frames.DATA, 1)).isTrue();
            assertThat(sent.get(0).flags()).isEqualTo(Frames.END_STREAM);
            assertThat(sent.get(0).payload()).isEmpty();
            assertThat(f.connection.activeStreams()).isZero();
        }
    }

    /** Behind bytes that wait, an empty frame waits too. */
    @Test
    void emptyDataOvertakesNothing() {
        try (CodecFixture f = CodecFixture.server()) {
            f.receive(CodecFixture.settings(Frames.SETTINGS_INITIAL_WINDOW_SIZE, 10));
            H2Stream s = f.request(1);
            f.turn(() -> {
                s.sendHeaders(CodecFixture.RESPONSE, false);
                CodecFixture.send(s, 30, false);
                CodecFixture.send(s, 0, true);
            });
            assertThat(dataOf(f)).containsExactly(10);
            f.receive(CodecFixture.frame(Frames.WINDOW_UPDATE, 0, 1, 20));
            assertThat(dataOf(f)).containsExactly(20, 0);
            assertThat(f.connection.activeStreams()).isZero();
        }
    }

    /** A request that is sent again goes ahead of the rest of it: its bytes are credited to nobody, those of the rest to the caller. */
    @Test
    void onlyBytesThatCameFromAStreamAreCreditedToIt() {
        try (CodecFixture f = CodecFixture.server()) {
            f.receive(CodecFixture.settings(Frames.SETTINGS_INITIAL_WINDOW_SIZE, 0));
            H2Stream s = f.request(1);
            Source source = new Source();
            f.turn(() -> {
                s.sendHeaders(CodecFixture.RESPONSE, false);
                CodecFixture.send(s, 1_000, false);
                s.sendData(Unpooled.wrappedBuffer(new byte[70]), false, source, 75);
            });
            assertThat(source.credit).as("padding").isEqualTo(5);
            f.receive(CodecFixture.frame(Frames.WINDOW_UPDATE, 0, 1, 990));
            assertThat(source.credit).isEqualTo(5);
            f.receive(CodecFixture.frame(Frames.WINDOW_UPDATE, 0, 1, 30));
            assertThat(source.credit).isEqualTo(25);
            f.turn(() -> s.reset(8));
            assertThat(source.credit).as("what is dropped is credited as well").isEqualTo(75);
        }
    }

    @Test
    void whatIsDroppedBeforeItsTurnIsCreditedToItsSourceAlone() {
        try (CodecFixture f = CodecFixture.server()) {
            f.receive(CodecFixture.settings(Frames.SETTINGS_INITIAL_WINDOW_SIZE, 0));
            H2Stream s = f.request(1);
            Source source = new Source();
            f.turn(() -> {
                s.sendHeaders(CodecFixture.RESPONSE, false);
                CodecFixture.send(s, 1_000, false);
                s.sendData(Unpooled.wrappedBuffer(new byte[70]), false, source, 70);
            });
            f.receive(CodecFixture.frame(Frames.RST_STREAM, 0, 1, 8));
            assertThat(source.credit).isEqualTo(70);
            assertThat(f.heard).containsExactly("reset 8");
        }
    }

    /** Section 6.5.3: a peer may hold us to the old values until we acknowledge the new ones. */
    @Test
    void halfOfASettingsFrameChangesNothing() {
        try (CodecFixture f = CodecFixture.server()) {
            f.receive(CodecFixture.settings(Frames.SETTINGS_HEADER_TABLE_SIZE, 0));
            H2Stream s = f.request(1);
            f.sent();
            byte[] frame = CodecFixture.settings(
                    Frames.SETTINGS_HEADER_TABLE_SIZE,
                    4096,
                    Frames.SETTINGS_INITIAL_WINDOW_SIZE,
                    100_000,
                    Frames.SETTINGS_MAX_FRAME_SIZE,
                    20_000,
                    0x77,
                    0);
            f.receive(Arrays.copyOf(frame, frame.length - 1));
            f.turn(() -> {
                s.sendHeaders(CodecFixture.RESPONSE, false);
                CodecFixture.send(s, 90_000, true);
            });
            List<Sent> before = f.sent();
            // A size update is 001xxxxx; the one to 0 is due.
            assertThat(before.get(0).payload()).startsWith(0x20).doesNotContain(0x3f);
            assertThat(before.stream().filter(x -> x.is(Frames.DATA, 1)).mapToInt(x -> x.payload().length))
                    .containsExactly(16_384, 16_384, 16_384, 16_383);
            f.receive(Arrays.copyOfRange(frame, frame.length - 1, frame.length));
            List<Sent> after = f.sent();
            assertThat(after.get(0).is(Frames.SETTINGS, 0)).isTrue();
            f.receive(CodecFixture.frame(Frames.WINDOW_UPDATE, 0, 0, 100_000));
            assertThat(dataOf(f)).containsExactly(16_384, 8_081);
        }
    }

    /** The first frame of a server is SETTINGS (section 3.4), also when it leaves before the client has said a word. */
    @Test
    void aConnectionWithoutAPrefaceIsGreetedBeforeItIsDrained() {
        try (CodecFixture f = CodecFixture.silentServer()) {
            f.turn(() -> f.connection.drain(60_000));
            assertThat(f.sent().stream().map(Sent::type))
                    .containsExactly(Frames.SETTINGS, Frames.WINDOW_UPDATE, Frames.GOAWAY, Frames.PING);
            f.receive(FrameParser.PREFACE, CodecFixture.frame(Frames.SETTINGS, 0, 0));
            assertThat(f.sent().stream().map(Sent::flags))
                    .as("the acknowledgement alone")
                    .containsExactly(Frames.ACK);
        }
    }

    /** Netty has no count of what waits in a closed channel, which must not look like a peer that does not read. */
    @Test
    void aConnectionThatBreaksInAFlushIsNoFaultOfThePeer() {
        try (CodecFixture f = CodecFixture.server()) {
            H2Stream s = f.request(1);
            f.socket.breakOff();
            f.turn(() -> s.sendHeaders(CodecFixture.RESPONSE, false));
            assertThat(f.heard).containsExactly("lost CONNECTION");
        }
    }

    private static List<Integer> dataOf(CodecFixture f) {
        return f.sent().stream()
                .filter(x -> x.type() == Frames.DATA)
                .map(x -> x.payload().length)
                .toList();
    }

    /** Where bytes come from: counts what is given back. */
    private static final class Source implements H2Stream {

        private int credit;

        @Override
        public void credit(int bytes) {
            credit += bytes;
        }

        @Override
        public int id() {
            return 1;
        }

        @Override
        public H2Connection connection() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void sendHeaders(HeaderBlock headers, boolean endStream) {
            throw new AssertionError("not sent to");
        }

        @Override
        public void sendData(ByteBuf data, boolean endStream, @Nullable ReceiveWindow source, int creditBytes) {
            throw new AssertionError("not sent to");
        }

        @Override
        public void reset(long errorCode) {
            throw new AssertionError("not reset");
        }

        @Override
        public void resetAfterSend(long errorCode) {
            throw new AssertionError("not reset");
        }
    }
}
