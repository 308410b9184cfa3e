package io.leasegate.server.config;

import io.leasegate.tls.CertificateChain;
import io.leasegate.tls.ClientTls;
import io.leasegate.tls.KeyPairFiles;
import io.leasegate.tls.PemException;
import io.leasegate.tls.PemFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys that name PEM files, and looks into the files with the very code that will serve them: a bad one is found by
 * {@code check}, not by the first client.
 */
final class TlsFiles {

    /**
     * A certificate and its key, and what is in them.
     *
     * @param files where they are, null when they are not given, or not both
     * @param chain the certificate with its issuers, null when it cannot be read
     */
    record KeyPair(@Nullable KeyPairFiles files, @Nullable CertificateChain chain) {}

    private TlsFiles() {}

    /** The keys {@code certificate} and {@code private-key}: both or neither, and one for the other. */
    static KeyPair keyPair(Section s) {
        Node certificateNode = s.find("certificate");
        Node keyNode = s.find("private-key");
        if (keyNode == null && certificateNode == null) {
            return new KeyPair(null, null);
        }
        if (keyNode == null) {
            s.missing("private-key", "certificate is set: name the PEM file with its private key");
        } else if (certificateNode == null) {
            s.missing("certificate", "private-key is set: name the PEM file with its certificate");
        }
        List<X509Certificate> certificates = certificateNode == null ? List.of() : certificates(certificateNode);
        PrivateKey key = keyNode == null ? null : privateKey(keyNode);
        CertificateChain chain = certificates.isEmpty() ? null : CertificateChain.of(certificates);
        if (chain != null && certificateNode != null) {
            warnOfStrangers(certificateNode, chain);
        }
        if (keyNode == null || certificateNode == null) {
            return new KeyPair(null, chain);
        }
        KeyPairFiles files = new KeyPairFiles(file(certificateNode), file(keyNode));
        if (key != null && chain != null) {
            try {
                files.requireFit(certificates, key);
            } catch (PemException e) {
                keyNode.wrong(e.problem());
            }
        }
        return new KeyPair(files, chain);
    }

    /** The keys {@code ca}, {@code certificate}, {@code private-key} and {@code server-name} of one who connects. */
    static ClientTls client(Section s) {
        return new ClientTls(authorities(s, "ca"), keyPair(s).files(), s.find("server-name", Addresses.HOST));
    }

    /** A key that names a file with the certificates of authorities; null when it is not given. */
    static @Nullable Path authorities(Section s, String key) {
        Node node = s.find(key);
        if (node == null) {
            return null;
        }
        certificates(node);
        return file(node);
    }

    private static Path file(Node node) {
        return node.context().resolve(node.context().isCatalog() ? "-" : node.as(Kind.TEXT));
    }

    /** All certificates in the file; none, and a problem, when there is something wrong. */
    private static List<X509Certificate> certificates(Node node) {
        if (!isThere(node)) {
            return List.of();
        }
        try {
            List<X509Certificate> certificates = PemFiles.certificates(file(node));
            certificates.forEach(c -> warnOfDates(node, c));
            return certificates;
        } catch (PemException e) {
            node.wrong(e.problem());
            return List.of();
        }
    }

    private static @Nullable PrivateKey privateKey(Node node) {
        if (!isThere(node)) {
            return null;
        }
        try {
            return PemFiles.privateKey(file(node));
        } catch (PemException e) {
            node.wrong(e.problem());
            return null;
        }
    }

    private static boolean isThere(Node node) {
        if (node.context().isCatalog()) {
            return false;
        }
        Path file = file(node);
        if (!Files.exists(file)) {
            node.wrong("no such file: " + file
                    + "; create it, or correct the path, which is taken from the configuration file's directory");
            return false;
        }
        return true;
    }

    private static void warnOfDates(Node node, X509Certificate c) {
        Instant now = Instant.now();
        String whose = node.path() + ": the certificate of " + c.getSubjectX500Principal();
        if (c.getNotAfter().toInstant().isBefore(now)) {
            warn(node, whose + " ended on " + c.getNotAfter().toInstant() + "; peers will refuse it");
        } else if (c.getNotBefore().toInstant().isAfter(now)) {
            warn(node, whose + " begins on " + c.getNotBefore().toInstant() + " only; until then peers will refuse it");
        }
    }

    private static void warnOfStrangers(Node node, CertificateChain chain) {
        for (X509Certificate c : chain.strangers()) {
            warn(
                    node,
                    node.path() + ": the certificate of " + c.getSubjectX500Principal()
                            + " in it is not sent, as it is no issuer of the first one (expected the own certificate,"
                            + " then its issuer, and so on)");
        }
    }

    private static void warn(Node node, String message) {
        node.context().warning(message, node.origin());
    }
}
