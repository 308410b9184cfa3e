package io.leasegate.registrar;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to speak TLS with etcd: whom to trust and, where etcd asks for it, which certificate to show. Immutable. The files are read
 * again for each new connection, so that renewed certificates come into use without a restart.
 */
public final class EtcdTls {

    private final @Nullable Path authorities;
    private final @Nullable Path certificate;
    private final @Nullable Path privateKey;
    private final @Nullable String serverName;

    private EtcdTls(
            @Nullable Path authorities,
            @Nullable Path certificate,
            @Nullable Path privateKey,
            @Nullable String serverName) {
        this.authorities = authorities;
        this.certificate = certificate;
        this.privateKey = privateKey;
        this.serverName = serverName;
    }

    /** Trusts the certificate authorities in this PEM file and no others. */
    public static EtcdTls trusting(Path authorities) {
        return new EtcdTls(authorities, null, null, null);
    }

    /** Trusts the certificate authorities that the JVM trusts. */
    public static EtcdTls systemTrust() {
        return new EtcdTls(null, null, null, null);
    }

    /** Shows this certificate: a PEM file with the chain, the own certificate first, and a PEM file with its key in PKCS#8 form. */
    public EtcdTls clientCertificate(Path certificateChain, Path key) {
        return new EtcdTls(authorities, certificateChain, key, serverName);
    }

    /** Expects this name in etcd's certificate instead of the endpoint's host. */
    public EtcdTls serverName(String name) {
        return new EtcdTls(authorities, certificate, privateKey, name);
    }

    @Nullable
    String serverName() {
        return serverName;
    }

    ChannelCredentials credentials() throws IOException {
        TlsChannelCredentials.Builder builder = TlsChannelCredentials.newBuilder();
        if (authorities != null) {
            builder.trustManager(authorities.toFile());
        }
        if (certificate != null && privateKey != null) {
            builder.keyManager(certificate.toFile(), privateKey.toFile());
        }
        return builder.build();
    }

    void validate(List<String> mistakes) {
        checkCertificates("tls.trusting", authorities, mistakes);
        checkCertificates("tls.clientCertificate", certificate, mistakes);
        if (privateKey != null) {
            checkKey(privateKey, mistakes);
        }
        if (serverName != null && serverName.isBlank()) {
            mistakes.add("tls.serverName: \"" + serverName + "\" (expected the name in etcd's certificate)");
        }
    }

    private static void checkCertificates(String field, @Nullable Path file, List<String> mistakes) {
        if (file == null) {
            return;
        }
        try (InputStream in = Files.newInputStream(file)) {
            if (CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
                mistakes.add(field + ": " + file + " (expected a PEM file with certificates; it holds none)");
            }
        } catch (IOException e) {
            mistakes.add(field + ": " + file + " (expected a readable PEM file; " + reason(e) + ")");
        } catch (CertificateException e) {
            mistakes.add(field + ": " + file + " (expected a PEM file with certificates; " + e.getMessage() + ")");
        }
    }

    private static void checkKey(Path file, List<String> mistakes) {
        try {
            if (!Files.readString(file).contains("-----BEGIN PRIVATE KEY-----")) {
                mistakes.add("tls.clientCertificate: " + file
                        + " (expected an unencrypted PKCS#8 key that begins with -----BEGIN PRIVATE KEY-----; convert"
                        + " one of another form with: openssl pkcs8 -topk8 -nocrypt -in KEY -out NEW-KEY)");
            }
        } catch (IOException e) {
            mistakes.add("tls.clientCertificate: " + file + " (expected a readable PEM file; " + reason(e) + ")");
        }
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    @Override
    public String toString() {
        return "EtcdTls[authorities=" + (authorities == null ? "system" : authorities) + ", certificate=" + certificate
                + ", serverName=" + serverName + "]";
    }
}
