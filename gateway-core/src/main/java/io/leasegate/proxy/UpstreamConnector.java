package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.Http2Error;
import io.leasegate.proxy.ConnectFailure.Phase;
import io.leasegate.tls.TlsException;
import io.leasegate.tls.TlsFailure;
import io.leasegate.tls.UpstreamTls;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Opens connections to one endpoint on one event loop. Used on that loop only. */
final class UpstreamConnector {

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 512 * 1024);

    private final ProxyLoop loop;
    private final Endpoint endpoint;
    private final EndpointId id;
    private final UpstreamSettings settings;
    private final @Nullable InetSocketAddress literal;
    private @Nullable InetAddress lastGood;
    private final @Nullable UpstreamTls tls;

    UpstreamConnector(ProxyLoop loop, Endpoint endpoint, UpstreamSettings settings) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.id = endpoint.id();
        this.settings = settings;
        this.literal = literal(id);
        this.tls = loop.gateway().upstreamTls().apply(id.service());
    }

    private static @Nullable InetSocketAddress literal(EndpointId id) {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(id.host());
        if (address == null) {
            return null;
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), id.port());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + address.length + " bytes", e);
        }
    }

    /** Whether the endpoint is registered by a host name, and not by an IP address. */
    boolean isByName() {
        return literal == null;
    }

    /** How the instance is spoken to in TLS, null for clear text: as the service is configured, or the instance registered. */
    @Nullable
    UpstreamTls tls() {
        return tls != null && tls.appliesTo(endpoint.instance().tls()) ? tls : null;
    }

    /** Starts an attempt; the connection hears how it goes on. */
    Attempt connect(UpstreamConnection connection) {
        Attempt attempt = new Attempt(connection);
        connection.attemptedBy(attempt);
        attempt.start();
        return attempt;
    }

    /**
     * One attempt: the name is looked up, its addresses are raced, TLS is negotiated where it is spoken, and the instance has to say its
     * SETTINGS, all within the connect time-out.
     */
    final class Attempt implements AddressRace.Judge {

        private final UpstreamConnection connection;
        private Phase phase = Phase.RESOLVE;
        private @Nullable AddressRace race;
        private @Nullable Channel channel;
        private @Nullable H2Connection h2;
        private @Nullable Future<?> timer;
        private boolean over;
        private boolean timedOut;

        Attempt(UpstreamConnection connection) {
            this.connection = connection;
        }

        Phase phase() {
            return phase;
        }

        private void start() {
            timer = loop.eventLoop().schedule(this::onTimeout, settings.connectTimeoutMillis(), TimeUnit.MILLISECONDS);
            if (literal != null) {
                race(List.of(literal));
            } else {
                loop.gateway()
                        .hostNames()
                        .resolve(loop.eventLoop(), id.host(), id.port())
                        .addListener(f -> onResolved(f));
            }
        }

        @SuppressWarnings("unchecked") // what HostNames gives
        private void onResolved(io.netty.util.concurrent.Future<?> f) {
            if (over) {
                return;
            }
            if (!f.isSuccess()) {
                fail(ConnectFailure.passing(Phase.RESOLVE, ConnectFailure.describe(f.cause()), f.cause()));
                return;
            }
            List<InetSocketAddress> addresses = (List<InetSocketAddress>) f.getNow();
            if (addresses.isEmpty()) {
                UnknownHostException none = new UnknownHostException("no address of " + id.host());
                fail(ConnectFailure.passing(Phase.RESOLVE, ConnectFailure.describe(none), none));
                return;
            }
            race(AddressOrder.of(addresses, lastGood));
        }

        private void race(List<InetSocketAddress> addresses) {
            phase = Phase.CONNECT;
            AddressRace r = new AddressRace(loop.eventLoop(), addresses, this::dial, this);
            race = r;
            r.start();
        }

        private ChannelFuture dial(InetSocketAddress address) {
            GatewayContext gateway = loop.gateway();
            Bootstrap bootstrap = new Bootstrap()
                    .group(loop.eventLoop())
                    .channel(gateway.transport().channel())
                    .disableResolver()
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.connectTimeoutMillis())
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            // What stands between the socket and HTTP/2 is added when the connection stands.
                        }
                    });
            gateway.transport().findDeadPeers(bootstrap);
            return bootstrap.connect(address);
        }

        @Override
        public void onAllFailed(Throwable cause) {
            String what = ConnectFailure.describe(cause);
            fail(
                    cause instanceof ConnectTimeoutException
                            ? ConnectFailure.lasting(Phase.CONNECT, what, cause)
                            : ConnectFailure.passing(Phase.CONNECT, what, cause));
        }

        /**
         * TCP stands. Whatever has to happen below HTTP/2 happens here, before {@link #speakHttp2}: this is the one place where a
         * channel to an instance is made to speak.
         */
        @Override
        public void onConnected(Channel connected) {
            channel = connected;
            if (connected.remoteAddress() instanceof InetSocketAddress remote) {
                lastGood = remote.getAddress();
            }
            UpstreamTls secured = tls();
            if (secured == null) {
                speakHttp2(connected);
            } else {
                speakTls(connected, secured);
            }
        }

        private void speakTls(Channel connected, UpstreamTls secured) {
            phase = Phase.TLS;
            secured.secure(
                    connected,
                    id.host(),
                    id.port(),
                    settings.connectTimeoutMillis(),
                    () -> {
                        if (!over) {
                            speakHttp2(connected);
                        }
                    },
                    this::onTlsFailed);
        }

        private void onTlsFailed(TlsException cause) {
            fail(ConnectFailure.lasting(Phase.TLS, ConnectFailure.describe(cause), cause));
        }

        private void speakHttp2(Channel connected) {
            phase = Phase.PREFACE;
            H2Connection made = loop.codec().clientConnection(connected, settings.protocol(), connection);
            h2 = made;
            connection.opened(made, connected.remoteAddress() instanceof InetSocketAddress a ? a.getAddress() : null);
        }

        /** The instance's SETTINGS are there. */
        void succeeded() {
            over = true;
            stopTimer();
        }

        /**
         * The HTTP/2 connection ended before the instance's SETTINGS came.
         *
         * @param cause null when the instance closed it in the orderly way
         */
        void closed(@Nullable Throwable cause) {
            if (cause == null) {
                IOException closed = new IOException("connection closed by the instance");
                fail(ConnectFailure.passing(Phase.PREFACE, ConnectFailure.describe(closed), closed));
            } else if (cause instanceof TlsException refusal) {
                // A server of TLS 1.3 refuses our certificate when our side of the handshake is over.
                onTlsFailed(refusal);
            } else if (!(cause instanceof IOException)) {
                String what = "what the instance sends is not HTTP/2: " + ConnectFailure.describe(cause);
                fail(ConnectFailure.lasting(Phase.PREFACE, what, cause));
            } else if (timedOut) {
                fail(ConnectFailure.lasting(Phase.PREFACE, ConnectFailure.describe(cause), new ConnectTimeout(cause)));
            } else {
                fail(ConnectFailure.passing(Phase.PREFACE, ConnectFailure.describe(cause), cause));
            }
        }

        /** Nobody wants the connection any more; nobody hears of its end unless HTTP/2 is spoken already. */
        void abandon(String reason) {
            if (over) {
                return;
            }
            end();
            if (h2 != null) {
                h2.close(Http2Error.NO_ERROR, reason);
            }
        }

        private void onTimeout() {
            if (over) {
                return;
            }
            timedOut = true;
            int limitMillis = settings.connectTimeoutMillis();
            if (h2 != null) {
                h2.close(
                        Http2Error.SETTINGS_TIMEOUT,
                        "no HTTP/2 SETTINGS from the instance within " + limitMillis + " ms");
                return;
            }
            if (phase == Phase.TLS) {
                String what = "the handshake was not over within " + limitMillis + " ms";
                fail(ConnectFailure.lasting(Phase.TLS, what, new TlsException(TlsFailure.TIMEOUT, what)));
                return;
            }
            String what = phase == Phase.RESOLVE ? "no answer from the name servers" : "no answer";
            IOException late = new ConnectTimeout(what + " within " + limitMillis + " ms");
            fail(ConnectFailure.lasting(phase, ConnectFailure.describe(late), late));
        }

        private void fail(ConnectFailure failure) {
            if (over) {
                return;
            }
            end();
            connection.failed(failure);
        }

        /** What does not speak HTTP/2 yet is closed; HTTP/2 closes by itself. */
        private void end() {
            over = true;
            stopTimer();
            if (race != null) {
                race.abandon();
            }
            if (channel != null && h2 == null) {
                channel.close();
            }
        }

        private void stopTimer() {
            if (timer != null) {
                timer.cancel(false);
            }
        }
    }

    /** The connect time-out is over. */
    private static final class ConnectTimeout extends IOException {

        private static final long serialVersionUID = 1L;

        ConnectTimeout(String message) {
            super(message);
        }

        ConnectTimeout(Throwable cause) {
            super(ConnectFailure.describe(cause), cause);
        }
    }
}
