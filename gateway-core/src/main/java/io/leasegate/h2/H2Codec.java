package io.leasegate.h2;

import io.netty.channel.Channel;

/** Makes HTTP/2 connections out of channels. What stands behind it is the codec's business alone. */
public interface H2Codec {

    /** Makes the channel speak HTTP/2 as server. Called on its event loop before it reads. */
    H2Connection serverConnection(
            Channel channel, ProtocolSettings settings, FlushQueue flushQueue, H2ConnectionListener listener);

    /** Makes the connected channel speak HTTP/2 as client. Called on its event loop. */
    H2Connection clientConnection(
            Channel channel, ProtocolSettings settings, FlushQueue flushQueue, H2ConnectionListener listener);
}
