package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.filter.ForwardingFilter;
import io.leasegate.filter.IdentityFilter;
import io.leasegate.filter.RequestFilter;
import io.leasegate.h2.H2Codec;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.codec.RelayCodec;
import io.leasegate.health.ConnectionKeeper;
import io.leasegate.health.ConnectionWatcher;
import io.leasegate.resilience.ServiceCounts;
import io.leasegate.routing.RouteTableRef;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The data plane: event loops, listeners, and what runs on them. Started once, drained or closed once; the methods are called from any
 * thread but an event loop.
 */
public final class Gateway implements ConnectionKeeper, AutoCloseable {

    private static final int BACKLOG = 4096;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 512 * 1024);

    private final GatewaySettings settings;
    private final GatewayContext context;
    private final MultiThreadIoEventLoopGroup group;
    private final IdentityHashMap<EventLoop, ProxyLoop> loops = new IdentityHashMap<>();
    private final List<ProxyLoop> loopList = new ArrayList<>();
    private final Map<String, Channel> bound = new LinkedHashMap<>();

    public Gateway(GatewaySettings settings, RouteTableRef tables, CallObserver calls, ConnectionObserver connections) {
        this(settings, tables, calls, connections, new RelayCodec());
    }

    /** With another codec: for comparisons. */
    public Gateway(
            GatewaySettings settings,
            RouteTableRef tables,
            CallObserver calls,
            ConnectionObserver connections,
            H2Codec codec) {
        this(settings, tables, calls, connections, codec, new DnsHostNames(settings.dns()));
    }

    /** With another source of addresses than DNS, which is closed with the gateway. */
    Gateway(
            GatewaySettings settings,
            RouteTableRef tables,
            CallObserver calls,
            ConnectionObserver connections,
            H2Codec codec,
            HostNames hostNames) {
        this.settings = settings;
        Transport transport = Transport.best();
        this.context = new GatewayContext(
                tables,
                filters(settings),
                settings.upstream(),
                settings.upstreamTls(),
                calls,
                connections,
                codec,
                new QueueGuard(settings.maxQueuedBytes()),
                transport,
                hostNames,
                settings.revisionTrailer(),
                settings.eviction(),
                settings.policies(),
                new ServiceCounts(settings.maxCalls()));
        this.group = new MultiThreadIoEventLoopGroup(
                settings.ioThreads(), new DefaultThreadFactory("leasegate-io"), transport.ioHandlers());
        for (EventExecutor e : group) {
            ProxyLoop loop = new ProxyLoop(loopList.size(), (EventLoop) e, context);
            loops.put((EventLoop) e, loop);
            loopList.add(loop);
        }
    }

    private static List<RequestFilter> filters(GatewaySettings settings) {
        Set<AsciiString> identityHeaders = new LinkedHashSet<>();
        for (ListenerSettings l : settings.listeners()) {
            if (l.tls() != null && l.tls().identityHeader() != null) {
                identityHeaders.add(l.tls().identityHeader());
            }
        }
        return identityHeaders.isEmpty()
                ? List.of(new ForwardingFilter())
                : List.of(new ForwardingFilter(), new IdentityFilter(identityHeaders));
    }

    /**
     * Binds all listeners and accepts connections.
     *
     * @throws IOException when a listener cannot be bound; the message names it and says what to do, and nothing stays bound
     */
    public void start() throws IOException {
        for (int i = 0; i < settings.listeners().size(); i++) {
            ListenerSettings l = settings.listeners().get(i);
            ChannelFuture f = bootstrap(l).bind(l.address(), l.port()).awaitUninterruptibly();
            if (!f.isSuccess()) {
                unbind();
                throw new IOException(
                        "leasegate.listeners[" + i + "]: cannot bind " + l.address() + ":" + l.port() + ": "
                                + f.cause().getMessage()
                                + " (stop what uses the port, or choose another address or port)",
                        f.cause());
            }
            bound.put(l.name(), f.channel());
        }
    }

    private ServerBootstrap bootstrap(ListenerSettings listener) {
        Acceptor acceptor = new Acceptor(listener, context.connections(), this::loop);
        return new ServerBootstrap()
                .group(group)
                .channel(context.transport().serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(acceptor.onListeningSocket())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        acceptor.accept(channel);
                    }
                });
    }

    private ProxyLoop loop(EventLoop eventLoop) {
        ProxyLoop loop = loops.get(eventLoop);
        if (loop == null) {
            throw new IllegalStateException("a channel on a foreign event loop");
        }
        return loop;
    }

    /** The port that a listener is bound to. */
    public int port(String listener) {
        Channel c = bound.get(listener);
        if (c == null) {
            throw new IllegalArgumentException("no listener " + listener + " (expected one of " + bound.keySet() + ")");
        }
        return ((InetSocketAddress) c.localAddress()).getPort();
    }

    /** The event loops that calls run on, for figures about them. */
    public EventLoopGroup eventLoops() {
        return group;
    }

    /** Calls that have not ended. */
    public int activeExchanges() {
        int n = 0;
        for (ProxyLoop l : loopList) {
            n += l.activeExchanges();
        }
        return n;
    }

    /** Bytes that connections hold by now because a peer does not take them. */
    public long queuedBytes() {
        return context.queueGuard().bytes();
    }

    /** The name of the kernel interface in use: {@code epoll} or {@code nio}. */
    public String transport() {
        return context.transport().name();
    }

    /** {@inheritDoc} The connection lives on one loop, which depends on the endpoint alone; where so configured, the others open one too. */
    @Override
    public void watch(Endpoint endpoint, ConnectionWatcher watcher) {
        ProxyLoop loop = owner(endpoint);
        loop.eventLoop().execute(() -> loop.pool(endpoint).watch(watcher));
        if (context.upstreamSettings().apply(endpoint.id().service()).warm()) {
            for (ProxyLoop other : loopList) {
                other.eventLoop().execute(() -> other.pool(endpoint).keepWarm());
            }
        }
    }

    @Override
    public void retire(Endpoint endpoint, long newsNanos) {
        Eviction eviction = new Eviction(endpoint.id(), newsNanos, loopList.size(), context.connections());
        for (ProxyLoop loop : loopList) {
            loop.eventLoop().execute(() -> loop.retire(endpoint, eviction));
        }
    }

    /**
     * Runs the task once each event loop has ended the turn that it is in: what was published before this call is then what all of
     * them route by.
     */
    public void afterThisTurn(Runnable task) {
        AtomicInteger busyLoops = new AtomicInteger(loopList.size());
        for (ProxyLoop loop : loopList) {
            loop.eventLoop().execute(() -> {
                if (busyLoops.decrementAndGet() == 0) {
                    task.run();
                }
            });
        }
    }

    private ProxyLoop owner(Endpoint endpoint) {
        return loopList.get(Math.floorMod(endpoint.id().hashCode(), loopList.size()));
    }

    /**
     * Stops accepting, leaves all client connections in two GOAWAY steps, and waits until they have closed.
     *
     * @param grace when what is still open is given up
     * @return whether everything ended within the grace
     */
    public boolean drain(Duration grace) throws InterruptedException {
        unbind();
        Promise<Void> drained = GlobalEventExecutor.INSTANCE.newPromise();
        AtomicInteger busyLoops = new AtomicInteger(loopList.size());
        for (ProxyLoop loop : loopList) {
            loop.eventLoop().execute(() -> {
                loop.beginDrain();
                loop.downstreams().forEach(c -> c.drain(grace.toMillis()));
                loop.whenNoDownstream(() -> {
                    if (busyLoops.decrementAndGet() == 0) {
                        drained.setSuccess(null);
                    }
                });
            });
        }
        return drained.await(grace.toMillis());
    }

    private void unbind() {
        for (Channel c : bound.values()) {
            c.close().awaitUninterruptibly();
        }
    }

    /** Closes everything at once and frees the threads. */
    @Override
    public void close() {
        unbind();
        for (ProxyLoop loop : loopList) {
            loop.eventLoop()
                    .submit(() -> {
                        for (H2Connection c : loop.downstreams()) {
                            c.close(Http2Error.NO_ERROR, "the gateway is shutting down");
                        }
                        loop.pools().forEach(UpstreamPool::close);
                    })
                    .awaitUninterruptibly();
        }
        context.hostNames().close();
        for (ProxyLoop loop : loopList) {
            // Behind the closes, which the loop still has to work off.
            loop.eventLoop().execute(() -> loop.codec().close());
        }
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
