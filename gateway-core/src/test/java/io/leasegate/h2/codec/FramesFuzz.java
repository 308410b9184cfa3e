package io.leasegate.h2.codec;

import io.leasegate.testkit.Choices;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;

/** Target of the fuzzer: the parser of frames. Any bytes mean the same, wherever they are cut. */
public final class FramesFuzz {

    private FramesFuzz() {}

    /** Called by Jazzer, and by the tests that play its corpus again. */
    public static void fuzzerTestOneInput(byte[] input) {
        Choices choices = new Choices(input);
        boolean expectPreface = choices.oneIn(4);
        boolean begun = choices.oneIn(2);
        int maxFrameBytes = choices.oneOf(16_384, 64);
        Random cuts = new Random(choices.below(256));
        byte[] rest = choices.bytes(input.length);
        ByteBuf bytes = Unpooled.buffer();
        if (begun) {
            // What every connection begins with is seldom found by chance.
            bytes.writeBytes(expectPreface ? FrameParser.PREFACE : new byte[0])
                    .writeBytes(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
        }
        bytes.writeBytes(rest);
        String whole = events(bytes, expectPreface, maxFrameBytes, bytes::readableBytes);
        same(whole, events(bytes, expectPreface, maxFrameBytes, () -> 1));
        same(whole, events(bytes, expectPreface, maxFrameBytes, () -> 1 + cuts.nextInt(40)));
    }

    private static void same(String whole, String cut) {
        if (!whole.equals(cut)) {
            throw new AssertionError("in one piece:\n" + whole + "\ncut:\n" + cut);
        }
    }

    private static String events(ByteBuf bytes, boolean expectPreface, int maxFrameBytes, IntSupplier cut) {
        Recorder recorder = new Recorder();
        FrameParser parser = new FrameParser(recorder, expectPreface, maxFrameBytes);
        String end;
        try {
            for (int at = 0; at < bytes.readableBytes(); ) {
                int n = Math.min(cut.getAsInt(), bytes.readableBytes() - at);
                ByteBuf piece = bytes.slice(at, n);
                parser.parse(piece);
                if (piece.isReadable()) {
                    throw new AssertionError(piece.readableBytes() + " bytes were not read");
                }
                at += n;
            }
            end = "midway " + parser.isMidway();
        } catch (ConnectionException e) {
            end = "error " + e.errorCode() + " " + e.getMessage();
        }
        return recorder + end;
    }

    /** Writes down what is heard, with the pieces of one frame or section put together. */
    private static final class Recorder implements FrameListener {

        private final List<String> events = new ArrayList<>();
        private final StringBuilder content = new StringBuilder();
        private long contentLeft = -1;
        private boolean inSection;

        private void add(String event) {
            if (contentLeft >= 0) {
                throw new AssertionError("inside of DATA: " + event);
            }
            events.add(event);
        }

        @Override
        public void onPreface() {
            add("preface");
        }

        @Override
        public void onOtherProtocol(String firstBytes) {
            // How many of them there are depends on the cut.
            add("other protocol " + (firstBytes.isEmpty() ? "" : firstBytes.substring(0, 1)));
        }

        @Override
        public void onDataStart(int streamId, int frameBytes, int dataBytes, boolean endStream) {
            add("DATA " + streamId + " " + frameBytes + " " + dataBytes + " " + endStream);
            if (dataBytes > frameBytes) {
                throw new AssertionError("more content than frame");
            }
            contentLeft = dataBytes;
        }

        @Override
        public void onData(ByteBuf piece, boolean lastPiece) {
            contentLeft -= piece.readableBytes();
            if (contentLeft < 0 || lastPiece != (contentLeft == 0)) {
                throw new AssertionError("the last piece is not the last, or too long: " + contentLeft);
            }
            content.append(piece.toString(StandardCharsets.ISO_8859_1));
            if (lastPiece) {
                contentLeft = -1;
            }
        }

        @Override
        public void onHeadersStart(int streamId, boolean endStream, boolean selfDependent) {
            add("HEADERS " + streamId + " " + endStream + " " + selfDependent);
            if (inSection) {
                throw new AssertionError("a section inside of a section");
            }
            inSection = true;
        }

        @Override
        public void onHeaderFragment(ByteBuf fragment, boolean endOfSection) {
            if (!inSection) {
                throw new AssertionError("a fragment outside of a section");
            }
            content.append(fragment.toString(StandardCharsets.ISO_8859_1));
            inSection = !endOfSection;
            if (endOfSection) {
                add("section ends");
            }
        }

        @Override
        public void onContinuation(int payloadBytes) {
            add("CONTINUATION " + payloadBytes);
        }

        @Override
        public void onPriority(int streamId, long errorCode) {
            add("PRIORITY " + streamId + " " + errorCode);
        }

        @Override
        public void onReset(int streamId, long errorCode) {
            add("RST_STREAM " + streamId + " " + errorCode);
        }

        @Override
        public void onSetting(int id, long value) {
            add("setting " + id + " " + value);
        }

        @Override
        public void onSettingsEnd() {
            add("SETTINGS end");
        }

        @Override
        public void onSettingsAck() {
            add("SETTINGS ack");
        }

        @Override
        public void onPing(long data, boolean ack) {
            add("PING " + data + " " + ack);
        }

        @Override
        public void onGoAway(int lastStreamId, long errorCode, String debugData) {
            add("GOAWAY " + lastStreamId + " " + errorCode + " " + debugData);
        }

        @Override
        public void onWindowUpdate(int streamId, int increment) {
            add("WINDOW_UPDATE " + streamId + " " + increment);
        }

        @Override
        public void onUnknownFrame(int type) {
            add("type " + type);
        }

        @Override
        public String toString() {
            return String.join("\n", events) + "\ncontent " + content.length() + "/"
                    + content.toString().hashCode() + "\n";
        }
    }
}
