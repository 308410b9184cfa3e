package io.leasegate.h2.codec;

import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.StreamLoss;
import io.leasegate.h2.Violation;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** A connection whose peer is an instance: streams begin with our requests. Runs on its channel's event loop. */
final class ClientConnection extends RelayConnection {

    private static final AsciiString HEAD = AsciiString.cached("HEAD");

    private static final AsciiString NOT_MODIFIED = AsciiString.cached("304");

    private int nextStreamId = 1;
    private long maxStreams = Long.MAX_VALUE;
    private boolean goAwayReceived;

    /** A stream was not opened because the instance does not take what it was sent already. */
    private boolean heldBack;

    ClientConnection(CodecLoop loop, Channel channel, ProtocolSettings settings, H2ConnectionListener listener) {
        super(loop, channel, settings, listener, false);
    }

    @Override
    void begin() {
        output().raw(FrameParser.PREFACE);
        sendSettings(
                Frames.SETTINGS_ENABLE_PUSH,
                0,
                Frames.SETTINGS_INITIAL_WINDOW_SIZE,
                settings().initialWindowBytes(),
                Frames.SETTINGS_MAX_HEADER_LIST_SIZE,
                settings().maxHeaderListBytes());
    }

    @Override
    void preface() {
        throw new IllegalStateException("a server sends no preface of this kind");
    }

    @Override
    void otherProtocol(String firstBytes) {
        throw new IllegalStateException("a server sends no preface of this kind");
    }

    @Override
    boolean isServer() {
        return false;
    }

    // Streams

    @Override
    public boolean isUsable() {
        // The ids of a connection are finite (RFC 9113 section 5.1.1).
        return exit().isOpen() && !goAwayReceived && nextStreamId > 0;
    }

    @Override
    public boolean canOpenStream() {
        if (!isReady() || !isUsable() || streams().size() >= maxStreams) {
            return false;
        }
        // A client that opens and cancels calls could otherwise fill the connection that its neighbours' calls are on.
        heldBack = output().isBacklogged();
        return !heldBack;
    }

    @Override
    public void flushNow() {
        super.flushNow();
        lettingGo();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        super.channelWritabilityChanged(ctx);
        lettingGo();
    }

    private void lettingGo() {
        if (heldBack && !exit().isFailed() && !output().isBacklogged()) {
            heldBack = false;
            listener().onCapacity(this);
        }
    }

    @Override
    public @Nullable H2Stream openStream(HeaderBlock headers, boolean endStream, H2StreamListener streamListener) {
        if (!canOpenStream()) {
            return null;
        }
        int id = nextStreamId;
        nextStreamId += 2; // overflows to a negative number behind the last
        RelayStream s = newStream(id, streamListener);
        if (HEAD.equals(headers.get(HeaderNames.METHOD))) {
            s.set(RelayStream.HEAD_REQUEST);
        }
        s.sendRequest(headers, endStream);
        return s;
    }

    /** For tests: as if this many streams had been opened before. */
    void skipToStream(int id) {
        nextStreamId = id;
    }

    @Override
    boolean isIdle(int streamId) {
        return (streamId & 1) == 0 || (nextStreamId > 0 && streamId >= nextStreamId);
    }

    @Override
    int lastPeerStreamId() {
        return 0;
    }

    @Override
    void peerMaxConcurrentStreams(long limit) {
        maxStreams = limit;
    }

    @Override
    void streamEnded() {
        closeIfLeft();
    }

    /** The instance said GOAWAY, and its last stream has ended. */
    private void closeIfLeft() {
        if (goAwayReceived && streams().size() == 0) {
            exit().shut();
        }
    }

    // Responses

    @Override
    void sectionWithoutStream(int streamId, HeaderBlock block, boolean endStream) throws ConnectionException {
        frameWithoutStream(streamId, "HEADERS");
    }

    @Override
    void sectionOfStream(RelayStream stream, HeaderBlock block, boolean endStream) {
        boolean trailers = stream.is(RelayStream.HEADERS_READ);
        String wrong = trailers ? wrongInTrailers(stream, block, endStream) : wrongInResponse(block, endStream);
        if (wrong != null) {
            stream.fail(Http2Error.PROTOCOL_ERROR, StreamLoss.PROTOCOL, wrong);
            return;
        }
        if (section().isTooLarge()) {
            stream.fail(
                    Http2Error.CANCEL,
                    StreamLoss.HEADER_LIST_SIZE,
                    section().listBytes() + " bytes, and the limit is "
                            + settings().maxHeaderListBytes());
            return;
        }
        if (!trailers && block.isInformational() && !stream.countInformational()) {
            stream.fail(
                    Violation.INFORMATIONAL_FLOOD,
                    Http2Error.ENHANCE_YOUR_CALM,
                    StreamLoss.PROTOCOL,
                    "more than " + RelayStream.MAX_INFORMATIONAL + " informational responses");
            return;
        }
        if (!trailers && !block.isInformational()) {
            stream.set(RelayStream.HEADERS_READ);
            if (!hasNoContent(stream, block)) {
                long length = HeaderRules.contentLength(block);
                if (endStream && length > 0) {
                    stream.fail(Http2Error.PROTOCOL_ERROR, StreamLoss.PROTOCOL, HeaderRules.WRONG_CONTENT_LENGTH);
                    return;
                }
                if (length >= 0) {
                    stream.contentLength(length);
                }
            }
        }
        stream.headersRead(block, endStream);
    }

    /** Responses that have a content-length and no content (RFC 9110 section 8.6). */
    private static boolean hasNoContent(RelayStream stream, HeaderBlock block) {
        return stream.is(RelayStream.HEAD_REQUEST) || NOT_MODIFIED.equals(block.get(HeaderNames.STATUS));
    }

    private static @Nullable String wrongInTrailers(RelayStream stream, HeaderBlock block, boolean endStream) {
        if (!endStream) {
            return "trailers without END_STREAM";
        }
        String wrong = HeaderRules.trailers(block);
        if (wrong == null && !stream.countContent(0, true)) {
            return HeaderRules.WRONG_CONTENT_LENGTH;
        }
        return wrong;
    }

    private static @Nullable String wrongInResponse(HeaderBlock block, boolean endStream) {
        String wrong = HeaderRules.response(block);
        if (wrong == null && HeaderRules.contentLength(block) == HeaderRules.BAD_CONTENT_LENGTH) {
            return HeaderRules.NO_LENGTH;
        }
        if (wrong == null && endStream && block.isInformational()) {
            return "an informational response with END_STREAM";
        }
        return wrong;
    }

    @Override
    void goAway(int lastStreamId, long errorCode, String debugData) {
        goAwayReceived = true;
        String reason = "GOAWAY " + Http2Error.name(errorCode) + (debugData.isEmpty() ? "" : " " + debugData);
        // A GOAWAY with an error says nothing reliable about what was processed (grpc-java takes the same care).
        StreamLoss loss = errorCode == Http2Error.NO_ERROR ? StreamLoss.UNPROCESSED : StreamLoss.CONNECTION;
        RelayStream[] open = streams().all();
        // The listener first: what it lost must not be sent here again.
        listener().onGoAway(this, errorCode, debugData);
        for (RelayStream s : open) {
            if (s.id() > lastStreamId) {
                s.lost(loss, reason);
            }
        }
        closeIfLeft();
    }
}
