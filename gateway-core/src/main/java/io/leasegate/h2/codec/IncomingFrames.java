package io.leasegate.h2.codec;

import io.leasegate.h2.Http2Error;
import io.leasegate.h2.StreamLoss;
import io.netty.buffer.ByteBuf;

/**
 * What the frames of a peer mean for its connection and streams (RFC 9113 sections 5 and 6); what the two roles differ in is asked of the
 * connection. Used on the connection's event loop.
 */
final class IncomingFrames implements FrameListener {

    private final RelayConnection connection;
    private final Patience patience;
    private final HeaderSection section;
    private final DataReceiver data;
    private final PeerSettings peerSettings;

    /** What a new stream's peer may send. */
    private int streamReceiveWindow;

    IncomingFrames(RelayConnection connection, Patience patience, HeaderSection section) {
        this.connection = connection;
        this.patience = patience;
        this.section = section;
        this.data = new DataReceiver(connection);
        this.peerSettings = new PeerSettings(connection);
        // Until our SETTINGS are acknowledged the peer may count on the default (RFC 9113 section 6.9.2).
        this.streamReceiveWindow = Math.max(connection.settings().initialWindowBytes(), Frames.DEFAULT_WINDOW_BYTES);
    }

    int peerInitialWindow() {
        return peerSettings.initialWindow();
    }

    int streamReceiveWindow() {
        return streamReceiveWindow;
    }

    private FloodGuard guard() {
        return connection.guard();
    }

    @Override
    public void onPreface() {
        connection.preface();
    }

    @Override
    public void onOtherProtocol(String firstBytes) {
        connection.otherProtocol(firstBytes);
    }

    // DATA

    @Override
    public void onDataStart(int streamId, int frameBytes, int dataBytes, boolean endStream) throws ConnectionException {
        patience.completed();
        data.begin(streamId, frameBytes, dataBytes, endStream);
    }

    @Override
    public void onData(ByteBuf piece, boolean lastPiece) {
        data.piece(piece, lastPiece);
    }

    // Header sections

    @Override
    public void onHeadersStart(int streamId, boolean endStream, boolean selfDependent) {
        guard().sectionBegins();
        boolean opensStream = connection.streams().get(streamId) == null && connection.isIdle(streamId);
        section.begin(streamId, endStream, selfDependent, opensStream);
    }

    @Override
    public void onContinuation(int payloadBytes) throws ConnectionException {
        guard().continuation(payloadBytes);
    }

    @Override
    public void onHeaderFragment(ByteBuf fragment, boolean endOfSection) throws ConnectionException {
        section.add(fragment, endOfSection);
        if (!endOfSection) {
            return;
        }
        patience.completed();
        RelayStream s = connection.streams().get(section.streamId());
        if (s != null || connection.isUsefulWithoutStream(section.streamId())) {
            guard().useful();
        }
        if (s == null) {
            connection.sectionWithoutStream(section.streamId(), section.block(), section.endStream());
        } else if (s.isRemoteEnded()) {
            guard().reset();
            s.fail(Http2Error.STREAM_CLOSED, StreamLoss.PROTOCOL, "HEADERS behind END_STREAM");
        } else {
            connection.sectionOfStream(s, section.block(), section.endStream());
        }
    }

    @Override
    public void onPriority(int streamId, long errorCode) throws ConnectionException {
        patience.completed();
        guard().useless();
        if (errorCode == Http2Error.NO_ERROR) {
            return;
        }
        RelayStream s = connection.streams().get(streamId);
        if (s != null) {
            guard().reset();
            s.fail(errorCode, StreamLoss.PROTOCOL, "a malformed PRIORITY");
        } else if (connection.isIdle(streamId)) {
            throw new ConnectionException(errorCode, "a malformed PRIORITY on stream " + streamId + ", which is idle");
        }
    }

    // The rest

    @Override
    public void onReset(int streamId, long errorCode) throws ConnectionException {
        patience.completed();
        RelayStream s = connection.streams().get(streamId);
        if (s != null) {
            guard().reset();
            s.resetRead(errorCode);
        } else if (connection.isIdle(streamId)) {
            throw ConnectionException.protocol("RST_STREAM on stream " + streamId + ", which is idle");
        } else {
            guard().useless();
        }
    }

    @Override
    public void onWindowUpdate(int streamId, int increment) throws ConnectionException {
        patience.completed();
        guard().useless();
        if (streamId == 0) {
            if (increment == 0) {
                throw ConnectionException.protocol("WINDOW_UPDATE of 0");
            }
            if (!connection.scheduler().increase(increment)) {
                throw new ConnectionException(Http2Error.FLOW_CONTROL_ERROR, "the connection's window exceeds 2^31-1");
            }
            return;
        }
        RelayStream s = connection.streams().get(streamId);
        if (s == null) {
            if (connection.isIdle(streamId)) {
                throw ConnectionException.protocol("WINDOW_UPDATE on stream " + streamId + ", which is idle");
            }
        } else if (increment == 0) {
            guard().reset();
            s.fail(Http2Error.PROTOCOL_ERROR, StreamLoss.PROTOCOL, "WINDOW_UPDATE of 0");
        } else if (!s.increaseSendWindow(increment)) {
            guard().reset();
            s.fail(Http2Error.FLOW_CONTROL_ERROR, StreamLoss.PROTOCOL, "the stream's window exceeds 2^31-1");
        }
    }

    @Override
    public void onSetting(int id, long value) throws ConnectionException {
        peerSettings.set(id, value);
    }

    @Override
    public void onSettingsEnd() throws ConnectionException {
        patience.completed();
        guard().useless();
        reply();
        peerSettings.apply();
        connection.output().settingsAck();
        connection.markDirty();
        if (!patience.isSettingsRead()) {
            patience.settingsRead();
            connection.listener().onReady(connection);
        } else {
            connection.listener().onCapacity(connection);
        }
    }

    @Override
    public void onSettingsAck() throws ConnectionException {
        patience.completed();
        guard().useless();
        if (patience.isSettingsAcked()) {
            return;
        }
        patience.settingsAcked();
        int delta = connection.settings().initialWindowBytes() - streamReceiveWindow;
        streamReceiveWindow += delta;
        if (delta != 0) {
            for (RelayStream s : connection.streams().all()) {
                s.changeReceiveWindow(delta);
            }
        }
    }

    @Override
    public void onPing(long data, boolean ack) throws ConnectionException {
        patience.completed();
        guard().useless();
        if (!ack) {
            reply();
            connection.output().ping(data, true);
            connection.markDirty();
        } else if (data == ConnectionExit.DRAIN_PING) {
            connection.exit().drainPingAcked();
        } else if (data == ConnectionExit.KEEPALIVE_PING) {
            connection.keepAlivePingAcked();
        }
    }

    /** An answer that the peer can ask for at will is about to be staged. */
    private void reply() throws ConnectionException {
        if (!connection.channel().isWritable()) {
            guard().unsentReply();
        }
    }

    @Override
    public void onUnknownFrame(int type) throws ConnectionException {
        patience.completed();
        guard().useless();
    }

    @Override
    public void onGoAway(int lastStreamId, long errorCode, String debugData) throws ConnectionException {
        patience.completed();
        guard().useless();
        connection.goAway(lastStreamId, errorCode, debugData);
    }
}
