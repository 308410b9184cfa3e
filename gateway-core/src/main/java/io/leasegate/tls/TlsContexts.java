package io.leasegate.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Makes Netty's contexts of settings and files. Stateless; reads files and loads stores, so not for an event loop. */
public final class TlsContexts {

    /**
     * What is spoken, by preference. All have forward secrecy and authenticated encryption, so none of them is on the list of RFC 9113
     * appendix A, which HTTP/2 peers may refuse.
     */
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final ApplicationProtocolConfig H2 = new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_2);

    /** How long a client may resume a TLS 1.2 session, and with the JDK's provider any. */
    private static final int SESSION_SECONDS = 2 * 60 * 60;

    /** Sessions of clients without tickets, with the JDK's provider; each costs some KiB of heap. */
    private static final int MAX_CACHED_SESSIONS = 2_000;

    private TlsContexts() {}

    /**
     * A context for a client of a server that speaks HTTP/2. Release it when it is of a counted kind.
     *
     * @throws PemException when a file cannot be used
     * @throws SSLException when the provider refuses what is in them
     */
    public static SslContext client(ClientTls settings, TlsProvider provider) throws PemException, SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient();
        Path ca = settings.ca();
        if (ca != null) {
            builder.trustManager(PemFiles.certificates(ca));
        }
        KeyPairFiles own = settings.own();
        if (own != null) {
            CertifiedKey key = own.read();
            builder.keyManager(key.key(), key.chain().certificates());
        }
        return build(builder, provider, TlsVersion.TLS_1_2);
    }

    /** A context for one certificate of a listener. */
    static SslContext server(
            ServerTls settings, CertifiedKey key, @Nullable List<X509Certificate> clientCa, TlsProvider provider)
            throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forServer(
                        key.key(), key.chain().certificates())
                .clientAuth(settings.clientAuth().netty());
        if (clientCa == null || settings.clientAuth() == ClientAuthentication.NONE) {
            // Left alone, the builder loads all authorities that the JVM trusts and would name them to clients.
            builder.trustManager(NoTrust.INSTANCE);
        } else {
            builder.trustManager(clientCa);
        }
        builder.sessionTimeout(SESSION_SECONDS).sessionCacheSize(MAX_CACHED_SESSIONS);
        SslContext context = build(builder, provider, settings.minVersion());
        if (context instanceof ReferenceCountedOpenSslContext c) {
            // Sessions are kept by the clients, in tickets whose keys BoringSSL makes and replaces every two days. A
            // cache beside
            // them would hold every session of the last hours, with its certificates, in native memory.
            c.sessionContext().setTicketKeys();
            c.sessionContext().setSessionCacheEnabled(false);
        }
        return context;
    }

    private static SslContext build(SslContextBuilder builder, TlsProvider provider, TlsVersion minVersion)
            throws SSLException {
        return builder.sslProvider(provider.netty())
                .protocols(minVersion.andLater())
                .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .applicationProtocolConfig(H2)
                .build();
    }
}
