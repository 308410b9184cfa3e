package io.leasegate.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * TLS toward the instances of a service: whom to trust, which certificate to show, and the handshakes. Shared by all event loops;
 * {@link #secure} is called on them, the rest on the thread that starts and ends the gateway.
 */
public final class UpstreamTls implements AutoCloseable {

    private final String path;
    private final boolean enabled;
    private final ClientTls settings;
    private final TlsProvider provider;
    private final CertificateWatch watch;
    private final ContextRef context = new ContextRef();
    private boolean closed;

    private UpstreamTls(
            String path, boolean enabled, ClientTls settings, TlsProvider provider, CertificateWatch watch) {
        this.path = path;
        this.enabled = enabled;
        this.settings = settings;
        this.provider = provider;
        this.watch = watch;
    }

    /**
     * Reads the files, if there are any, and has them watched.
     *
     * @param path where the settings stand, for messages: {@code services.echo.tls}
     * @param enabled whether all instances are spoken to in TLS, or only those whose registration asks for it
     * @throws IOException when a file cannot be used; the message names it, and says why and what to do
     */
    public static UpstreamTls open(
            String path, boolean enabled, ClientTls settings, TlsProvider provider, CertificateWatch watch)
            throws IOException {
        UpstreamTls tls = new UpstreamTls(path, enabled, settings, provider, watch);
        ClientFiles files = new ClientFiles(path, settings) {
            @Override
            void loaded(ClientTls s) throws IOException {
                tls.use(TlsContexts.client(s, provider));
            }
        };
        if (!files.files().isEmpty()) {
            watch.add(files);
        } else if (enabled) {
            tls.use(TlsContexts.client(settings, provider));
        }
        return tls;
    }

    /** Whether an instance is spoken to in TLS. */
    public boolean appliesTo(boolean registeredWithTls) {
        return enabled || registeredWithTls;
    }

    /**
     * Makes a connected channel speak TLS.
     *
     * @param host the host that was connected to: a name or an IP address
     * @param timeoutMillis limit of the handshake
     * @param secured once HTTP/2 can be spoken; handlers for it go at the pipeline's end
     * @param failed why it cannot, in words for an operator; the channel is being closed
     */
    public void secure(
            Channel channel,
            String host,
            int port,
            long timeoutMillis,
            Runnable secured,
            Consumer<TlsException> failed) {
        if (!context.isEmpty()) {
            begin(channel, host, port, timeoutMillis, secured, failed);
            return;
        }
        // The first instance that asks for TLS: the JVM's authorities have not been read yet, which takes its time.
        watch.execute(() -> {
            String problem = loadDefaults();
            channel.eventLoop().execute(() -> {
                if (problem != null) {
                    failed.accept(new TlsException(TlsFailure.OTHER, problem));
                    channel.close();
                } else {
                    begin(channel, host, port, timeoutMillis, secured, failed);
                }
            });
        });
    }

    /** Makes the context if nobody has. Returns why that failed, or null. */
    private @Nullable String loadDefaults() {
        if (context.isEmpty()) {
            try {
                use(TlsContexts.client(settings, provider));
            } catch (IOException e) {
                return String.valueOf(e.getMessage());
            }
        }
        return context.isEmpty() ? "the gateway is shutting down" : null;
    }

    private synchronized void use(SslContext made) {
        context.replace(made);
        if (closed) {
            context.clear();
        }
    }

    private void begin(
            Channel channel,
            String host,
            int port,
            long timeoutMillis,
            Runnable secured,
            Consumer<TlsException> failed) {
        if (context.isEmpty() || !channel.isActive()) {
            failed.accept(new TlsException(TlsFailure.CLOSED, "the connection was closed before the handshake"));
            channel.close();
            return;
        }
        String name = settings.serverName() == null ? host : settings.serverName();
        SslHandler ssl = context.newHandler(channel.alloc(), name, port);
        sendName(ssl.engine(), name);
        ssl.setHandshakeTimeoutMillis(0);
        SecuredErrors errors = new SecuredErrors(e -> worded(e, name));
        channel.pipeline().addLast(new Handshake(timeoutMillis, false, errors, new HandshakeListener() {
            @Override
            public void onSecured(TlsPeer peer) {
                secured.run();
            }

            @Override
            public void onFailed(TlsException failure) {
                failed.accept(worded(failure, name));
            }
        }));
        // Last: it begins at once, as the channel is connected.
        channel.pipeline().addFirst(ssl);
    }

    /** Netty leaves the name out when it has no dot, as names of services on one machine or network often have none. */
    private static void sendName(SSLEngine engine, String name) {
        if (name.indexOf('.') >= 0 || NetUtil.isValidIpV6Address(name)) {
            return;
        }
        try {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            engine.setSSLParameters(parameters);
        } catch (IllegalArgumentException e) {
            // No host name: the certificate will be checked against it all the same.
        }
    }

    private TlsException worded(TlsException e, String name) {
        String said = Objects.requireNonNullElse(e.getMessage(), e.failure().name());
        String what = switch (e.failure()) {
            case PLAIN_TEXT ->
                "the instance does not speak TLS (" + said + "); register it without it, or see " + path + ".enabled";
            case ALPN -> "the instance does not offer HTTP/2 (" + said + ")";
            case VERSION -> "no version or cipher of TLS in common (" + said + ")";
            case UNTRUSTED ->
                "the instance's certificate is not signed by an authority of "
                        + (settings.ca() == null ? "the JVM (name another one in " + path + ".ca)" : settings.ca())
                        + " (" + said + ")";
            case EXPIRED -> "the instance's certificate is out of date (" + said + ")";
            case NAME ->
                "the instance's certificate is not for " + name + " (" + said + "); another name can be set in " + path
                        + ".server-name";
            case REFUSED ->
                "the instance refused the connection (" + said + ")"
                        + (settings.own() == null
                                ? "; does it ask for a client certificate? That is set in " + path + ".certificate"
                                : "; does it accept the certificate in "
                                        + settings.own().certificate() + "?");
            case TIMEOUT, CLOSED, NO_CERTIFICATE, TLS_ON_CLEAR_TEXT, OTHER -> said;
        };
        return new TlsException(e.failure(), what);
    }

    /** Gives the context back; connections keep it. */
    @Override
    public synchronized void close() {
        closed = true;
        context.clear();
    }
}
