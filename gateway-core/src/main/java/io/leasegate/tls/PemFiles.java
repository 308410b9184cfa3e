package io.leasegate.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads certificates and private keys in PEM (RFC 7468), the older forms of keys among them. The messages are for whoever keeps the
 * files. Stateless; reads files, so not for an event loop.
 */
public final class PemFiles {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

    /** Far more than a bundle of all public authorities. */
    private static final long MAX_FILE_BYTES = 4 << 20;

    private PemFiles() {}

    /**
     * All certificates in a file, in its order; at least one.
     *
     * @throws PemException when there is none or one cannot be read
     */
    public static List<X509Certificate> certificates(Path file) throws PemException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            Matcher m = BLOCK.matcher(text(file));
            while (m.find()) {
                if (m.group(1).equals("CERTIFICATE")) {
                    byte[] der = Base64.getMimeDecoder().decode(m.group(2));
                    certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
                }
            }
        } catch (CertificateException | IllegalArgumentException e) {
            throw new PemException(
                    file, "certificate " + (certificates.size() + 1) + " in it cannot be read: " + e.getMessage());
        }
        if (certificates.isEmpty()) {
            throw new PemException(file, "no certificate in it; expected PEM text with -----BEGIN CERTIFICATE-----");
        }
        return certificates;
    }

    /**
     * The first private key in a file: PKCS#8, PKCS#1 (RSA) or SEC 1 (EC), without a password.
     *
     * @throws PemException when there is none, or none that can be used
     */
    public static PrivateKey privateKey(Path file) throws PemException {
        Matcher m = BLOCK.matcher(text(file));
        while (m.find()) {
            String label = m.group(1);
            if (label.equals("EC PARAMETERS") || !label.endsWith("PRIVATE KEY")) {
                continue;
            }
            // RFC 1421 section 4.6: how the older forms say that they are encrypted.
            if (label.startsWith("ENCRYPTED") || m.group(2).contains("Proc-Type: 4,ENCRYPTED")) {
                throw new PemException(
                        file,
                        "the key in it is encrypted, and nobody is there to type a password; write it without one: "
                                + "openssl pkey -in " + file.getFileName()
                                + " -out NEW, and guard it by its file mode");
            }
            try {
                return PrivateKeys.decode(label, Base64.getMimeDecoder().decode(m.group(2)));
            } catch (IllegalArgumentException e) {
                throw new PemException(file, "the key in it cannot be used: " + e.getMessage());
            }
        }
        throw new PemException(file, "no private key in it; expected PEM text with -----BEGIN PRIVATE KEY-----");
    }

    private static String text(Path file) throws PemException {
        if (!Files.exists(file)) {
            throw new PemException(file, "no such file: " + file + "; create it, or correct the path");
        }
        if (Files.isDirectory(file)) {
            throw new PemException(file, "is a directory: " + file + "; name the PEM file in it");
        }
        if (!Files.isReadable(file)) {
            throw new PemException(file, "cannot be read: " + file + "; give this user the right to read it");
        }
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new PemException(file, "is larger than 4 MiB: " + file + "; expected a PEM file");
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (PemException e) {
            throw e;
        } catch (IOException e) {
            throw new PemException(file, "cannot be read: " + e);
        }
    }
}
