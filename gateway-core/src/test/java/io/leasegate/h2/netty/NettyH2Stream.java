package io.leasegate.h2.netty;

import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2Stream;
import io.leasegate.h2.H2StreamListener;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.ReceiveWindow;
import io.leasegate.h2.StreamLoss;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.DefaultChannelPromise;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** A stream of a {@link NettyH2Connection}; hangs on Netty's stream as a property. */
final class NettyH2Stream implements H2Stream {

    private static final long NO_RESET = -1;

    private final NettyH2Connection connection;
    private final Http2Stream stream;
    private H2StreamListener listener;

    /** Nothing more may be sent, and the listener hears nothing more. */
    private boolean ended;

    private boolean remoteEnded;
    private boolean localEndSent;
    private int unsentWrites;
    private long resetAfterSend = NO_RESET;

    NettyH2Stream(NettyH2Connection connection, Http2Stream stream, H2StreamListener listener) {
        this.connection = connection;
        this.stream = stream;
        this.listener = listener;
    }

    void listener(H2StreamListener newListener) {
        listener = newListener;
    }

    @Override
    public int id() {
        return stream.id();
    }

    @Override
    public H2Connection connection() {
        return connection;
    }

    @Override
    public void sendHeaders(HeaderBlock headers, boolean endStream) {
        if (!ended) {
            connection.writeHeaders(id(), headers, endStream, new Write(null, 0, endStream));
        }
    }

    @Override
    public void sendData(ByteBuf data, boolean endStream, @Nullable ReceiveWindow source, int creditBytes) {
        if (ended) {
            if (source != null) {
                source.credit(creditBytes);
            }
            return;
        }
        connection.writeData(id(), data.retainedSlice(), endStream, new Write(source, creditBytes, endStream));
    }

    @Override
    public void reset(long errorCode) {
        if (!ended) {
            ended = true;
            connection.writeReset(id(), errorCode);
        }
    }

    @Override
    public void resetAfterSend(long errorCode) {
        if (unsentWrites == 0) {
            reset(errorCode);
        } else {
            resetAfterSend = errorCode;
        }
    }

    @Override
    public void credit(int bytes) {
        if (bytes > 0) {
            connection.credit(stream, bytes);
        }
    }

    // What the connection reports.

    void headersRead(HeaderBlock headers, boolean endStream) {
        if (!ended) {
            remoteEnded |= endStream;
            listener.onHeaders(headers, endStream);
        }
    }

    /** Returns the bytes that nobody wants: they go back to the window at once. */
    int dataRead(ByteBuf data, int padding, boolean endStream) {
        int creditBytes = data.readableBytes() + padding;
        boolean empty = !data.isReadable() && !endStream;
        if (ended || empty) {
            return creditBytes;
        }
        remoteEnded |= endStream;
        listener.onData(data, creditBytes, endStream);
        return 0;
    }

    void remoteEndedAtOpen() {
        remoteEnded = true;
    }

    void endedAtOpen() {
        localEndSent = true;
    }

    void resetRead(long errorCode) {
        if (!ended) {
            ended = true;
            listener.onReset(errorCode);
        }
    }

    void failed(StreamLoss loss, String reason) {
        if (!ended) {
            ended = true;
            listener.onLost(loss, reason);
        }
    }

    /** The codec is done with the stream. */
    void closed(StreamLoss loss, String reason) {
        if (!ended && remoteEnded && localEndSent) {
            ended = true;
            return;
        }
        failed(loss, reason);
    }

    /**
     * The promise of one write, which is at the same time the note of what to do when it has left: one object where a promise and a
     * listener would be two.
     */
    private final class Write extends DefaultChannelPromise implements ChannelFutureListener {

        private final @Nullable ReceiveWindow source;
        private final int creditBytes;
        private final boolean endStream;

        Write(@Nullable ReceiveWindow source, int creditBytes, boolean endStream) {
            super(connection.channel(), connection.eventLoop());
            this.source = source;
            this.creditBytes = creditBytes;
            this.endStream = endStream;
            unsentWrites++;
            addListener(this);
        }

        @Override
        public void operationComplete(ChannelFuture future) {
            unsentWrites--;
            if (endStream && isSuccess()) {
                localEndSent = true;
            }
            if (source != null) {
                source.credit(creditBytes);
            }
            if (unsentWrites == 0 && resetAfterSend != NO_RESET) {
                long code = resetAfterSend;
                resetAfterSend = NO_RESET;
                reset(code);
            }
        }

        @Override
        public Channel channel() {
            return connection.channel();
        }
    }
}
