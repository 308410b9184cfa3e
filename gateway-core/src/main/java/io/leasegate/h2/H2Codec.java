package io.leasegate.h2;

import io.netty.channel.Channel;

/** Makes HTTP/2 connections out of channels. What stands behind it is the codec's business alone. */
public interface H2Codec {

    /**
     * What makes the connections of one event loop.
     *
     * @param flushQueue the loop's
     * @param queuedBytes where the loop's connections count what they hold for slow peers
     */
    OnLoop onLoop(FlushQueue flushQueue, QueuedBytes queuedBytes);

    /** Makes the connections of one event loop; used on that loop, except for the moment of its making. */
    interface OnLoop extends AutoCloseable {

        /** Makes the channel speak HTTP/2 as server. Called before it reads. */
        H2Connection serverConnection(Channel channel, ProtocolSettings settings, H2ConnectionListener listener);

        /** Makes the connected channel speak HTTP/2 as client. */
        H2Connection clientConnection(Channel channel, ProtocolSettings settings, H2ConnectionListener listener);

        /** Frees what the connections shared, once they are closed. */
        @Override
        void close();
    }
}
