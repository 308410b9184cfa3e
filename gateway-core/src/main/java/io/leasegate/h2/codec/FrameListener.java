package io.leasegate.h2.codec;

import io.netty.buffer.ByteBuf;

/**
 * Hears what a {@link FrameParser} reads. Lengths and stream ids that a frame type forbids have been refused already. Buffers are
 * borrowed: their readable bytes are the piece in question, and neither their indexes nor their content may be changed.
 */
interface FrameListener {

    /** The client's connection preface was read. */
    void onPreface() throws ConnectionException;

    /** The client began with something else, by which its protocol may be known. */
    void onOtherProtocol(String firstBytes) throws ConnectionException;

    /**
     * A DATA frame begins.
     *
     * @param frameBytes its flow-controlled length, padding included
     * @param dataBytes the length without padding
     */
    void onDataStart(int streamId, int frameBytes, int dataBytes, boolean endStream) throws ConnectionException;

    /** A piece of the DATA frame that began last; an empty one is reported once. */
    void onData(ByteBuf piece, boolean lastPiece) throws ConnectionException;

    /**
     * A header section begins.
     *
     * @param selfDependent whether its priority fields make the stream depend on itself (RFC 7540 section 5.3.1)
     */
    void onHeadersStart(int streamId, boolean endStream, boolean selfDependent) throws ConnectionException;

    /** A piece of the header section that began last. */
    void onHeaderFragment(ByteBuf fragment, boolean endOfSection) throws ConnectionException;

    /** A CONTINUATION frame goes on with the header section. */
    void onContinuation(int payloadBytes) throws ConnectionException;

    /**
     * PRIORITY, which means nothing any more; what is wrong with it is an error of its stream alone.
     *
     * @param errorCode {@link io.leasegate.h2.Http2Error#NO_ERROR}; FRAME_SIZE_ERROR for a wrong length (RFC 9113 section 6.3);
     *     PROTOCOL_ERROR for a stream that depends on itself (RFC 7540 section 5.3.1)
     */
    void onPriority(int streamId, long errorCode) throws ConnectionException;

    void onReset(int streamId, long errorCode) throws ConnectionException;

    void onSetting(int id, long value) throws ConnectionException;

    void onSettingsEnd() throws ConnectionException;

    void onSettingsAck() throws ConnectionException;

    void onPing(long data, boolean ack) throws ConnectionException;

    /**
     * GOAWAY.
     *
     * @param debugData what of it is kept
     */
    void onGoAway(int lastStreamId, long errorCode, String debugData) throws ConnectionException;

    void onWindowUpdate(int streamId, int increment) throws ConnectionException;

    /** A frame of a type that has no meaning here (RFC 9113 section 5.5). */
    void onUnknownFrame(int type) throws ConnectionException;
}
