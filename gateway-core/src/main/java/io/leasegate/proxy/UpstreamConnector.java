package io.leasegate.proxy;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2ConnectionListener;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.function.Consumer;

/** Opens connections to one endpoint on one event loop. */
final class UpstreamConnector {

    /** A peer that acknowledges nothing for this long is gone (RFC 5482), which the kernel alone notices after many minutes. */
    private static final int TCP_USER_TIMEOUT_MILLIS = 10_000;

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 512 * 1024);

    private final ProxyLoop loop;
    private final EndpointId id;
    private final UpstreamSettings settings;

    UpstreamConnector(ProxyLoop loop, EndpointId id, UpstreamSettings settings) {
        this.loop = loop;
        this.id = id;
        this.settings = settings;
    }

    /**
     * Starts one attempt.
     *
     * @param listener hears of the HTTP/2 connection once it stands
     * @param failed hears why there is none
     */
    void connect(H2ConnectionListener listener, Consumer<H2Connection> opened, Consumer<Throwable> failed) {
        GatewayContext gateway = loop.gateway();
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.eventLoop())
                .channel(gateway.transport().channel())
                .resolver(gateway.resolver())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.connectTimeoutMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        // The codec is added when the connection stands.
                    }
                });
        if (gateway.transport().name().equals("epoll")) {
            bootstrap.option(EpollChannelOption.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MILLIS);
        }
        bootstrap.connect(address()).addListener((ChannelFuture f) -> {
            if (f.isSuccess()) {
                opened.accept(loop.codec().clientConnection(f.channel(), settings.protocol(), listener));
            } else {
                failed.accept(f.cause());
            }
        });
    }

    private InetSocketAddress address() {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(id.host());
        if (literal == null) {
            return InetSocketAddress.createUnresolved(id.host(), id.port());
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(literal), id.port());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + literal.length + " bytes", e);
        }
    }
}
