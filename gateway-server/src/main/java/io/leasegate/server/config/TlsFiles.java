package io.leasegate.server.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the keys that name PEM files, and looks into the files: a bad one is found by {@code check}, not by the first client. */
final class TlsFiles {

    /**
     * A certificate and its key.
     *
     * @param certificate null when it is not given
     * @param privateKey null when it is not given
     */
    record KeyPair(@Nullable Path certificate, @Nullable Path privateKey) {}

    private static final Pattern PEM = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "Ed25519");

    private TlsFiles() {}

    /** The keys {@code certificate} and {@code private-key}: both or neither, and one for the other. */
    static KeyPair keyPair(Section s) {
        Node certificateNode = s.find("certificate");
        Node keyNode = s.find("private-key");
        if (certificateNode == null && keyNode == null) {
            return new KeyPair(null, null);
        }
        if (keyNode == null) {
            s.missing("private-key", "certificate is set: name the PEM file with its private key");
        } else if (certificateNode == null) {
            s.missing("certificate", "private-key is set: name the PEM file with its certificate");
        }
        List<X509Certificate> chain = certificateNode == null ? List.of() : certificates(certificateNode);
        PrivateKey key = keyNode == null ? null : privateKey(keyNode);
        if (keyNode != null && certificateNode != null && key != null && !chain.isEmpty()) {
            if (!belongs(key, chain.get(0).getPublicKey())) {
                keyNode.wrong("not the key of the first certificate in " + text(certificateNode)
                        + "; give the two that were made together");
            }
        }
        return new KeyPair(file(certificateNode), file(keyNode));
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

    private static @Nullable Path file(@Nullable Node node) {
        return node == null ? null : node.context().resolve(text(node));
    }

    private static String text(Node node) {
        return node.context().isCatalog() ? "-" : node.as(Kind.TEXT);
    }

    /** All certificates in the file; none, and a problem, when there is something wrong. */
    private static List<X509Certificate> certificates(Node node) {
        String pem = content(node);
        if (pem == null) {
            return List.of();
        }
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            Matcher m = PEM.matcher(pem);
            while (m.find()) {
                if (m.group(1).equals("CERTIFICATE")) {
                    certificates.addAll(parse(m.group(2)));
                }
            }
        } catch (CertificateException | IllegalArgumentException e) {
            node.wrong("certificate " + (certificates.size() + 1) + " in it cannot be read: " + e.getMessage());
            return List.of();
        }
        if (certificates.isEmpty()) {
            node.wrong("no certificate in it; expected PEM text with -----BEGIN CERTIFICATE-----");
        }
        Instant now = Instant.now();
        for (X509Certificate c : certificates) {
            if (c.getNotAfter().toInstant().isBefore(now)) {
                node.context()
                        .warning(
                                node.path() + ": the certificate of " + c.getSubjectX500Principal() + " ended on "
                                        + c.getNotAfter().toInstant() + "; peers will refuse it",
                                node.origin());
            }
        }
        return certificates;
    }

    private static Collection<X509Certificate> parse(String base64) throws CertificateException {
        byte[] der = Base64.getMimeDecoder().decode(base64);
        List<X509Certificate> result = new ArrayList<>();
        for (var c : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(der))) {
            result.add((X509Certificate) c);
        }
        return result;
    }

    private static @Nullable PrivateKey privateKey(Node node) {
        String pem = content(node);
        if (pem == null) {
            return null;
        }
        String remedy =
                "write it as PKCS#8 without a password: openssl pkcs8 -topk8 -nocrypt -in " + text(node) + " -out NEW";
        Matcher m = PEM.matcher(pem);
        while (m.find()) {
            switch (m.group(1)) {
                case "PRIVATE KEY" -> {
                    return pkcs8(node, m.group(2), remedy);
                }
                case "ENCRYPTED PRIVATE KEY" -> {
                    node.wrong("the key in it is encrypted; " + remedy);
                    return null;
                }
                case "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY" -> {
                    node.wrong("the key in it has an older form; " + remedy);
                    return null;
                }
                default -> {
                    // Parameters or certificates before the key.
                }
            }
        }
        node.wrong("no private key in it; expected PEM text with -----BEGIN PRIVATE KEY-----");
        return null;
    }

    private static @Nullable PrivateKey pkcs8(Node node, String base64, String remedy) {
        try {
            PKCS8EncodedKeySpec spec =
                    new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64));
            for (String algorithm : KEY_ALGORITHMS) {
                try {
                    return KeyFactory.getInstance(algorithm).generatePrivate(spec);
                } catch (InvalidKeySpecException e) {
                    // A key of another algorithm, or damaged: told when none fits.
                }
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            node.wrong("the key in it cannot be read: " + e.getMessage() + "; " + remedy);
            return null;
        }
        node.wrong("the key in it is damaged or of an unknown algorithm; expected " + Kind.oneOf(KEY_ALGORITHMS));
        return null;
    }

    /** Whether what the key signs is verified by the public key: holds for every algorithm, unlike comparing numbers. */
    private static boolean belongs(PrivateKey key, PublicKey publicKey) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "Ed25519";
        };
        byte[] sample = "leasegate".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(sample);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(publicKey);
            verifier.update(sample);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** The file's text, or null, and a problem, when it cannot be had. */
    private static @Nullable String content(Node node) {
        if (node.context().isCatalog()) {
            return null;
        }
        Path file = node.context().resolve(node.as(Kind.TEXT));
        if (!Files.exists(file)) {
            node.wrong("no such file: " + file
                    + "; create it, or correct the path, which is taken from the configuration file's directory");
        } else if (Files.isDirectory(file)) {
            node.wrong("is a directory: " + file + "; name the PEM file in it");
        } else if (!Files.isReadable(file)) {
            node.wrong("cannot be read: " + file + "; give this user the right to read it");
        } else {
            try {
                return Files.readString(file, StandardCharsets.ISO_8859_1);
            } catch (IOException e) {
                node.wrong("cannot be read: " + e);
            }
        }
        return null;
    }
}
