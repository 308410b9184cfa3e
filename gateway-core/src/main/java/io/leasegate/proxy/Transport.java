package io.leasegate.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/** The kernel interface that all channels use: epoll where there is one, else NIO. */
record Transport(
        String name,
        IoHandlerFactory ioHandlers,
        Class<? extends ServerChannel> serverChannel,
        Class<? extends Channel> channel) {

    /**
     * A peer that acknowledges nothing for this long is gone (RFC 5482); without it, Linux goes on for a quarter of an hour. It also
     * decides when keepalive gives up, in place of the number of probes.
     */
    private static final int USER_TIMEOUT_MILLIS = 9_000;

    /** Where nothing is under way, the kernel asks after 5 s and then every 2 s: an end after 9 s falls on the third time. */
    private static final int KEEPALIVE_IDLE_SECONDS = 5;

    private static final int KEEPALIVE_INTERVAL_SECONDS = 2;
    private static final int KEEPALIVE_PROBES = 2;

    static Transport best() {
        return Epoll.isAvailable()
                ? new Transport(
                        "epoll", EpollIoHandler.newFactory(), EpollServerSocketChannel.class, EpollSocketChannel.class)
                : new Transport("nio", NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class);
    }

    /**
     * Has the kernel notice within 10 s that a host has gone silently, with and without traffic. It costs the peer's application
     * nothing, while HTTP/2 PINGs make many gRPC servers close the connection ("too_many_pings"). NIO has no means to set the times.
     */
    void findDeadPeers(Bootstrap bootstrap) {
        bootstrap.option(ChannelOption.SO_KEEPALIVE, true);
        if (name.equals("epoll")) {
            bootstrap
                    .option(EpollChannelOption.TCP_USER_TIMEOUT, USER_TIMEOUT_MILLIS)
                    .option(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS)
                    .option(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS)
                    .option(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
        }
    }
}
