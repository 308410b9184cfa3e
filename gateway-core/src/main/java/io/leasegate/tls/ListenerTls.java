package io.leasegate.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * TLS of one listener: its certificates, which are read again when their files change, and the handshakes of its clients. Shared by all
 * event loops; {@link #accept} is called on them, the rest on the thread that starts and ends the gateway.
 */
public final class ListenerTls implements AutoCloseable {

    private final ServerTls settings;
    private final TlsProvider provider;
    private final String owner;
    private final @Nullable AsciiString identityHeader;
    private final List<ServedCertificate> certificates = new ArrayList<>();
    private final SecuredErrors errors = new SecuredErrors(e -> e);
    private volatile @Nullable ServerNames<ContextRef> names;

    private ListenerTls(String listener, ServerTls settings, TlsProvider provider) {
        this.owner = "listener " + listener;
        this.settings = settings;
        this.identityHeader = settings.identityHeader() == null ? null : AsciiString.cached(settings.identityHeader());
        this.provider = provider;
    }

    /**
     * Reads the files, and has them watched.
     *
     * @param listener the listener's name
     * @throws IOException when a file cannot be used; the message names it, and says why and what to do
     */
    public static ListenerTls open(String listener, ServerTls settings, TlsProvider provider, CertificateWatch watch)
            throws IOException {
        ListenerTls tls = new ListenerTls(listener, settings, provider);
        try {
            for (KeyPairFiles files : settings.certificates()) {
                ServedCertificate c = tls.new ServedCertificate(files);
                watch.add(c);
                tls.certificates.add(c);
            }
        } catch (IOException e) {
            tls.close();
            throw e;
        }
        tls.updateNames();
        return tls;
    }

    /** The request header that tells instances who the client is, in lower case; null for none. */
    public @Nullable AsciiString identityHeader() {
        return identityHeader;
    }

    /** Begins the handshake with a client. Called before the channel reads. */
    public void accept(Channel channel, HandshakeListener listener) {
        boolean wantsIdentity = settings.clientAuth() != ClientAuthentication.NONE;
        Handshake handshake = new Handshake(settings.handshakeTimeoutMillis(), wantsIdentity, errors, listener);
        channel.pipeline().addLast(new ClientHelloHandler(this::contextFor, handshake), handshake);
    }

    private ContextRef contextFor(@Nullable String serverName) {
        ServerNames<ContextRef> n = names;
        if (n == null) {
            throw new IllegalStateException("not open");
        }
        return n.find(serverName);
    }

    private synchronized void updateNames() {
        List<Map.Entry<ContextRef, List<String>>> entries = new ArrayList<>();
        for (ServedCertificate c : certificates) {
            entries.add(Map.entry(c.context, c.names));
        }
        names = new ServerNames<>(entries, certificates.get(0).context);
    }

    /** Gives the contexts back; connections keep theirs. */
    @Override
    public void close() {
        certificates.forEach(c -> c.context.clear());
    }

    /** One of the certificates, with its context. */
    private final class ServedCertificate implements TlsFileSource {

        private final KeyPairFiles files;
        private final ContextRef context = new ContextRef();
        private volatile List<String> names = List.of();
        private volatile List<CertificateFile> certificates = List.of();
        private volatile String content = "";

        ServedCertificate(KeyPairFiles files) {
            this.files = files;
        }

        @Override
        public String owner() {
            return owner;
        }

        @Override
        public List<Path> files() {
            Path clientCa = settings.clientCa();
            return clientCa == null
                    ? List.of(files.certificate(), files.privateKey())
                    : List.of(files.certificate(), files.privateKey(), clientCa);
        }

        @Override
        public void load() throws IOException {
            CertifiedKey key = files.read();
            Path clientCa = settings.clientCa();
            List<X509Certificate> authorities = clientCa == null ? null : PemFiles.certificates(clientCa);
            SslContext made = TlsContexts.server(settings, key, authorities, provider);
            boolean first = context.isEmpty();
            context.replace(made);
            names = key.chain().dnsNames();
            List<CertificateFile> read = new ArrayList<>();
            read.add(CertificateFile.ofChain(files.certificate(), key.chain()));
            if (clientCa != null && authorities != null) {
                read.add(CertificateFile.ofAuthorities(clientCa, authorities));
            }
            certificates = List.copyOf(read);
            content = files.certificate() + ": " + key.chain().own().getSubjectX500Principal() + " for "
                    + (names.isEmpty() ? "no name" : String.join(", ", names)) + ", until "
                    + key.chain().own().getNotAfter().toInstant();
            if (!first) {
                updateNames();
            }
        }

        @Override
        public List<CertificateFile> certificates() {
            return certificates;
        }

        @Override
        public String content() {
            return content;
        }
    }
}
