package io.leasegate.h2.codec;

import io.leasegate.h2.FieldTraits;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.StreamLoss;
import io.leasegate.h2.Violation;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A connection whose peer is a client: streams begin with its requests. Runs on its channel's event loop. */
final class ServerConnection extends RelayConnection {

    private static final Pattern HTTP_1_METHOD = Pattern.compile("(GET|POST|PUT|HEAD|OPTIONS|DELETE|PATCH|CONNECT) ");

    private static final String SELF_DEPENDENT = "a stream that depends on itself";

    /** For those who point a browser or curl at the port. */
    private static final byte[] HTTP_1_ANSWER = """
            HTTP/1.1 505 HTTP Version Not Supported\r
            Connection: close\r
            Content-Type: text/plain\r
            \r
            This port speaks HTTP/2 with prior knowledge (gRPC), not HTTP/1.1.
            """.getBytes(StandardCharsets.US_ASCII);

    /** The highest stream that the client opened, taken or not; all lower ones are not idle any more. */
    private int highestStreamId;

    private boolean greeted;

    /** The highest stream that was taken. */
    private int lastTakenId;

    ServerConnection(CodecLoop loop, Channel channel, ProtocolSettings settings, H2ConnectionListener listener) {
        super(loop, channel, settings, listener, true);
    }

    @Override
    void begin() {
        // The answer to the client's preface: who begins otherwise does not speak HTTP/2, and would not understand it.
    }

    @Override
    void preface() {
        greet();
    }

    /** A connection that leaves before the client's preface is there: our SETTINGS come first all the same (RFC 9113 section 3.4). */
    @Override
    public void drain(long graceMillis) {
        greet();
        super.drain(graceMillis);
    }

    private void greet() {
        if (greeted) {
            return;
        }
        greeted = true;
        sendSettings(
                Frames.SETTINGS_MAX_CONCURRENT_STREAMS,
                settings().maxConcurrentStreams(),
                Frames.SETTINGS_INITIAL_WINDOW_SIZE,
                settings().initialWindowBytes(),
                Frames.SETTINGS_MAX_HEADER_LIST_SIZE,
                settings().maxHeaderListBytes());
    }

    @Override
    void otherProtocol(String firstBytes) {
        if (HTTP_1_METHOD.matcher(firstBytes).lookingAt()) {
            exit().refuseOtherProtocol(HTTP_1_ANSWER);
        }
    }

    @Override
    boolean isServer() {
        return true;
    }

    @Override
    public boolean isUsable() {
        return exit().isOpen();
    }

    @Override
    public boolean canOpenStream() {
        return false;
    }

    @Override
    public @Nullable H2Stream openStream(HeaderBlock headers, boolean endStream, H2StreamListener streamListener) {
        return null;
    }

    @Override
    boolean isIdle(int streamId) {
        return streamId > highestStreamId || (streamId & 1) == 0;
    }

    @Override
    int lastPeerStreamId() {
        return lastTakenId;
    }

    @Override
    void peerMaxConcurrentStreams(long streams) {
        // We open none toward a client.
    }

    @Override
    void streamEnded() {}

    @Override
    void goAway(int lastStreamId, long errorCode, String debugData) {
        // It speaks of streams that we would open. The client closes when its own have ended.
        listener().onGoAway(this, errorCode, debugData);
    }

    // Requests

    @Override
    void sectionWithoutStream(int streamId, HeaderBlock block, boolean endStream) throws ConnectionException {
        if ((streamId & 1) == 0) {
            throw ConnectionException.protocol("a client opened stream " + streamId + ", which is even");
        }
        if (streamId <= highestStreamId) {
            sectionOfClosedStream(streamId, block);
            return;
        }
        highestStreamId = streamId;
        if (exit().takesNoStream()) {
            // Above the last id of our GOAWAY: the client knows by that alone that it was not taken.
            closedStreams().add(streamId, ClosedStreams.How.RESET_BY_US);
            return;
        }
        if (streams().size() >= settings().maxConcurrentStreams()) {
            guard().reset();
            refuse(
                    streamId,
                    Http2Error.REFUSED_STREAM,
                    Violation.TOO_MANY_STREAMS,
                    "more than " + settings().maxConcurrentStreams() + " open streams (max-concurrent-streams)");
            return;
        }
        long contentLength = HeaderRules.contentLength(block);
        String wrong = section().isTooLarge() ? null : wrongInRequest(block, endStream, contentLength);
        if (wrong != null) {
            guard().reset();
            refuse(streamId, Http2Error.PROTOCOL_ERROR, Violation.STREAM_ERROR, wrong);
            return;
        }
        take(streamId, block, endStream, contentLength);
    }

    private @Nullable String wrongInRequest(HeaderBlock block, boolean endStream, long contentLength) {
        if (section().isSelfDependent()) {
            return SELF_DEPENDENT;
        }
        if (contentLength == HeaderRules.BAD_CONTENT_LENGTH) {
            return HeaderRules.NO_LENGTH;
        }
        return endStream && contentLength > 0 ? HeaderRules.WRONG_CONTENT_LENGTH : HeaderRules.request(block);
    }

    /** Trailers of a stream that was reset may have been on their way; a request's id must be higher than all before. */
    private void sectionOfClosedStream(int streamId, HeaderBlock block) throws ConnectionException {
        boolean request = block.size() > 0 && (block.field(0).traits() & FieldTraits.PSEUDO) != 0;
        if (request && closedStreams().get(streamId) == ClosedStreams.How.RESET_BY_US) {
            throw ConnectionException.protocol("stream " + streamId + " was opened behind stream " + highestStreamId);
        }
        frameWithoutStream(streamId, "HEADERS");
    }

    private void refuse(int streamId, long errorCode, Violation violation, String what) {
        closedStreams().add(streamId, ClosedStreams.How.RESET_BY_US);
        output().reset(streamId, errorCode);
        markDirty();
        report(violation, errorCode, what, streamId);
    }

    private void take(int streamId, HeaderBlock block, boolean endStream, long contentLength) {
        lastTakenId = streamId;
        RelayStream s = newStream(streamId, Unheard.INSTANCE);
        s.set(RelayStream.HEADERS_READ);
        if (contentLength >= 0) {
            s.contentLength(contentLength);
        }
        if (endStream) {
            s.remoteEndedAtOpen();
        }
        if (section().isTooLarge()) {
            listener().onOversizedRequest(s, block, section().listBytes());
        } else {
            s.listener(listener().onStream(s, block, endStream));
        }
        s.opened();
    }

    @Override
    void sectionOfStream(RelayStream stream, HeaderBlock block, boolean endStream) throws ConnectionException {
        String wrong = endStream ? HeaderRules.trailers(block) : "a second header section without END_STREAM";
        if (wrong == null && !stream.countContent(0, true)) {
            wrong = HeaderRules.WRONG_CONTENT_LENGTH;
        }
        if (wrong == null && section().isSelfDependent()) {
            wrong = SELF_DEPENDENT;
        }
        if (wrong != null) {
            guard().reset();
            stream.fail(Http2Error.PROTOCOL_ERROR, StreamLoss.PROTOCOL, wrong);
        } else if (section().isTooLarge()) {
            stream.fail(
                    Http2Error.ENHANCE_YOUR_CALM,
                    StreamLoss.HEADER_LIST_SIZE,
                    "trailers of " + section().listBytes() + " bytes");
        } else {
            stream.headersRead(block, true);
        }
    }

    /** Hears what reaches a stream while its real listener is being made: nothing. */
    private enum Unheard implements H2StreamListener {
        INSTANCE;

        @Override
        public void onHeaders(HeaderBlock headers, boolean endStream) {}

        @Override
        public void onData(ByteBuf data, int creditBytes, boolean endStream) {}

        @Override
        public void onReset(long errorCode) {}

        @Override
        public void onLost(StreamLoss loss, String reason) {}
    }
}
