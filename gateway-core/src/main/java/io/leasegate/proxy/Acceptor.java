package io.leasegate.proxy;

import io.leasegate.tls.ClearTextGuard;
import io.leasegate.tls.HandshakeListener;
import io.leasegate.tls.ListenerTls;
import io.leasegate.tls.TlsException;
import io.leasegate.tls.TlsPeer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes the connections of one listener: within its limits, through its TLS, to an HTTP/2 connection on the channel's loop. Used on all
 * event loops; the handler that it puts on the listening socket runs on that socket's loop.
 */
final class Acceptor {

    /** An accept that fails would fail again at once, and again: the connection that waits keeps the socket readable. */
    private static final long PAUSE_MILLIS = 100;

    private final ListenerSettings listener;
    private final ConnectionObserver observer;
    private final Function<EventLoop, ProxyLoop> loops;
    private final ClientConnections clients;

    Acceptor(ListenerSettings listener, ConnectionObserver observer, Function<EventLoop, ProxyLoop> loops) {
        this.listener = listener;
        this.observer = observer;
        this.loops = loops;
        this.clients = new ClientConnections(listener.connections());
    }

    /** Waits a moment after an accept that failed. */
    ChannelInboundHandlerAdapter onListeningSocket() {
        // Made now: a class that is not loaded yet cannot be, once no file can be opened.
        ConnectionRefusal refusal = ConnectionRefusal.ACCEPT_FAILED;
        String what = clients.describe(refusal);
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                Channel socket = ctx.channel();
                // First of all, so that nothing that fails below makes the loop spin.
                socket.config().setAutoRead(false);
                socket.eventLoop()
                        .schedule(() -> socket.config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                String said = what + " (" + cause.getMessage() + "), with " + clients.open() + " open connections";
                observer.onRefused(listener.name(), "", refusal, said);
            }
        };
    }

    /** Makes a new channel a connection, or closes it. */
    void accept(Channel channel) {
        SocketAddress remote = channel.remoteAddress();
        Long client = ClientConnections.client(remote);
        ConnectionRefusal refusal = clients.opened(client, System.nanoTime());
        if (refusal != null) {
            observer.onRefused(listener.name(), text(remote), refusal, clients.describe(refusal));
            channel.close();
            return;
        }
        channel.closeFuture().addListener(f -> clients.closed(client));
        ListenerTls tls = listener.tls();
        if (tls != null) {
            tls.accept(channel, new HandshakeListener() {
                @Override
                public void onSecured(TlsPeer peer) {
                    observer.onHandshake(listener.name(), peer);
                    serve(channel, peer);
                }

                @Override
                public void onFailed(TlsException failure) {
                    observer.onHandshakeFailed(listener.name(), channel.remoteAddress(), failure);
                }
            });
            return;
        }
        channel.pipeline()
                .addLast(new ClearTextGuard(
                        wrong -> observer.onHandshakeFailed(listener.name(), channel.remoteAddress(), wrong)));
        serve(channel, null);
    }

    private static String text(@Nullable SocketAddress remote) {
        return remote instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : "unknown";
    }

    private void serve(Channel channel, @Nullable TlsPeer peer) {
        ProxyLoop loop = loops.apply(channel.eventLoop());
        if (loop.isDraining()) {
            // Its handshake took until the other connections had been told to leave.
            channel.close();
            return;
        }
        DownstreamConnection connection = new DownstreamConnection(loop, listener, channel.remoteAddress(), peer);
        observer.onDownstreamOpen(listener.name());
        loop.addDownstream(loop.codec().serverConnection(channel, listener.protocol(), connection));
    }
}
