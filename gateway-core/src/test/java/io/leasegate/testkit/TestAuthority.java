package io.leasegate.testkit;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.leasegate.tls.KeyPairFiles;
import io.leasegate.tls.PemFiles;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** A certificate authority of a test; certificates and keys go into files, as people have them. */
public final class TestAuthority {

    private final Path directory;
    private final Path file;
    private final X509Bundle bundle;

    private TestAuthority(Path directory, String name) {
        this.directory = directory;
        try {
            bundle = builder("CN=" + name).setIsCertificateAuthority(true).buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        this.file = write(directory.resolve(name + ".pem"), bundle.getCertificatePEM());
    }

    /** An authority whose certificate is in {@code NAME.pem}, as all its files in the directory. */
    public static TestAuthority create(Path directory, String name) {
        return new TestAuthority(directory, name);
    }

    private static CertificateBuilder builder(String subject) {
        Instant now = Instant.now();
        return new CertificateBuilder()
                .ecp256()
                .subject(subject)
                .notBefore(now.minus(Duration.ofHours(1)))
                .notAfter(now.plus(Duration.ofDays(90)));
    }

    /** The authority's own certificate. */
    public Path file() {
        return file;
    }

    public X509Bundle bundle() {
        return bundle;
    }

    /** A certificate with a key: {@code NAME.crt} and {@code NAME.key}, for the given DNS names. */
    public KeyPairFiles issue(String name, String... dnsNames) {
        return issue(name, b -> withNames(b, dnsNames));
    }

    /** Adds names; the builder's own way takes no wildcards. */
    public static CertificateBuilder withNames(CertificateBuilder builder, String... dnsNames) {
        if (dnsNames.length == 0) {
            return builder;
        }
        GeneralName[] names = Stream.of(dnsNames)
                .map(n -> new GeneralName(GeneralName.dNSName, n))
                .toArray(GeneralName[]::new);
        try {
            byte[] der = new GeneralNames(names).getEncoded();
            return builder.addExtensionOctetString(Extension.subjectAlternativeName.getId(), false, der);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same with whatever else. */
    public KeyPairFiles issue(String name, UnaryOperator<CertificateBuilder> custom) {
        return write(name, make(name, custom));
    }

    /** A certificate of this authority that is in no file. */
    public X509Bundle make(String name, UnaryOperator<CertificateBuilder> custom) {
        try {
            return custom.apply(builder("CN=" + name)).buildIssuedBy(bundle);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes a certificate and its key. */
    public KeyPairFiles write(String name, X509Bundle made) {
        return new KeyPairFiles(
                write(directory.resolve(name + ".crt"), made.getCertificatePEM()),
                write(directory.resolve(name + ".key"), made.getPrivateKeyPEM()));
    }

    /** Makes a gRPC client speak TLS, trust this authority alone, and show a certificate where it is asked for one. */
    public NettyChannelBuilder trustedBy(NettyChannelBuilder client, X509Bundle own) {
        try {
            SslContextBuilder context = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                    .trustManager(bundle.getCertificate());
            if (own != null) {
                context.keyManager(own.getKeyPair().getPrivate(), own.getCertificatePath());
            }
            return client.useTransportSecurity().sslContext(context.build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a server of the JDK shows a certificate with. */
    public static KeyManager[] keys(KeyPairFiles files) {
        char[] password = "changeit".toCharArray();
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "own",
                    PemFiles.privateKey(files.privateKey()),
                    password,
                    PemFiles.certificates(files.certificate()).toArray(new Certificate[0]));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, password);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path write(Path target, String text) {
        try {
            return Files.writeString(target, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
