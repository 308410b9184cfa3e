package io.leasegate.testkit;

import io.netty.pkitesting.X509Bundle;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * The JDK's TLS client, for handshakes that no gRPC client would make. It trusts one authority and does not check names: which
 * certificate a server shows is what tests look at. Probes of one object take up each other's sessions.
 */
public final class TlsProbe {

    /** HTTP/2's preface and an empty SETTINGS frame. */
    private static final byte[] HELLO =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);

    private static final int SETTINGS = 4;
    private static final int TIMEOUT_MILLIS = 20_000;

    private final SSLContext context;
    private String[] versions = {"TLSv1.3", "TLSv1.2"};
    private String[] protocols = {"h2"};
    private String serverName;

    private TlsProbe(SSLContext context) {
        this.context = context;
    }

    public static TlsProbe trusting(TestAuthority authority) {
        return of(authority, null);
    }

    /** A client that shows a certificate where it is asked for one. */
    public static TlsProbe trusting(TestAuthority authority, X509Bundle own) {
        return of(authority, keys(own));
    }

    /** A client that shows its certificate whatever the server asks for. */
    public static TlsProbe stubborn(TestAuthority authority, X509Bundle own) {
        return of(authority, new KeyManager[] {new Stubborn(own)});
    }

    private static final class Stubborn extends X509ExtendedKeyManager {

        private final X509Bundle own;

        Stubborn(X509Bundle own) {
            this.own = own;
        }

        @Override
        public String chooseEngineClientAlias(String[] keyType, Principal[] issuers, SSLEngine engine) {
            return "own";
        }

        @Override
        public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
            return "own";
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return own.getCertificatePath();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return own.getKeyPair().getPrivate();
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return null;
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return null;
        }
    }

    private static KeyManager[] keys(X509Bundle own) {
        try {
            return own.toKeyManagerFactory().getKeyManagers();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TlsProbe of(TestAuthority authority, KeyManager[] keys) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, new TrustManager[] {authority.bundle().toTrustManager()}, null);
            return new TlsProbe(context);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public TlsProbe versions(String... names) {
        versions = names.clone();
        return this;
    }

    /** What is offered in ALPN; nothing for no ALPN. */
    public TlsProbe alpn(String... names) {
        protocols = names.clone();
        return this;
    }

    public TlsProbe serverName(String name) {
        serverName = name;
        return this;
    }

    /** What a handshake gave. */
    public record Secured(String version, String protocol, X509Certificate certificate, SSLSession session) {}

    /**
     * Connects, and makes sure that HTTP/2 is spoken.
     *
     * @throws IOException when the handshake fails, or the server closes behind it
     */
    public Secured connect(int port) throws IOException {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setEnabledProtocols(versions);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(protocols);
            if (serverName != null) {
                parameters.setServerNames(List.of(new SNIHostName(serverName)));
            }
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            socket.getOutputStream().write(HELLO);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            if (type != SETTINGS) {
                throw new IOException("expected SETTINGS, got a frame of type " + type + " and length " + length);
            }
            SSLSession session = socket.getSession();
            return new Secured(
                    session.getProtocol(),
                    socket.getApplicationProtocol(),
                    (X509Certificate) session.getPeerCertificates()[0],
                    session);
        }
    }

    /** Connects in vain, and tells why: the exception of the handshake, or that the server closed behind it. */
    public IOException refused(int port) {
        try {
            Secured secured = connect(port);
            throw new AssertionError("expected a refusal, got " + secured);
        } catch (EOFException e) {
            return new EOFException("closed by the server");
        } catch (IOException e) {
            return e;
        }
    }
}
