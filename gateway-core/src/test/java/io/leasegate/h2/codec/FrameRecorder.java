package io.leasegate.h2.codec;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes down what is heard, with the pieces of one frame or section put together. */
final class FrameRecorder implements FrameListener {

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
