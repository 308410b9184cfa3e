package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.tls.UpstreamTls;
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
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens connections to one endpoint on one event loop. */
final class UpstreamConnector {

    /** A peer that acknowledges nothing for this long is gone (RFC 5482), which the kernel alone notices after many minutes. */
    private static final int TCP_USER_TIMEOUT_MILLIS = 10_000;

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 512 * 1024);

    private final ProxyLoop loop;
    private final Endpoint endpoint;
    private final EndpointId id;
    private final UpstreamSettings settings;
    private final @Nullable UpstreamTls tls;

    UpstreamConnector(ProxyLoop loop, Endpoint endpoint, UpstreamSettings settings) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.id = endpoint.id();
        this.settings = settings;
        this.tls = loop.gateway().upstreamTls().apply(id.service());
    }

    /** How the instance is spoken to in TLS, null for clear text: as the service is configured, or the instance registered. */
    @Nullable
    UpstreamTls tls() {
        return tls != null && tls.appliesTo(endpoint.instance().tls()) ? tls : null;
    }

    /**
     * Starts one attempt.
     *
     * @param listener hears of the HTTP/2 connection once it stands
     * @param opened gets it once HTTP/2 can be spoken, behind the handshake where there is one
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
        long startNanos = System.nanoTime();
        bootstrap.connect(address()).addListener((ChannelFuture f) -> {
            UpstreamTls secured = tls();
            Runnable open = () -> opened.accept(
                    gateway.codec().clientConnection(f.channel(), settings.protocol(), loop.flushQueue(), listener));
            if (!f.isSuccess()) {
                failed.accept(f.cause());
            } else if (secured == null) {
                open.run();
            } else {
                long elapsedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
                long leftMillis = Math.max(settings.connectTimeoutMillis() - elapsedMillis, 1);
                secured.secure(f.channel(), id.host(), id.port(), leftMillis, open, failed::accept);
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
