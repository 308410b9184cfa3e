package io.leasegate.tls;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Who a certificate speaks for, as one text of printable ASCII: the SPIFFE id (a URI among the subject's alternative names that begins
 * with {@code spiffe://}), else the first DNS name, else the subject as RFC 2253 writes it. Stateless.
 */
final class PeerIdentity {

    private static final int DNS_NAME = 2;
    private static final int URI = 6;

    /** What can be mistaken for no other form of identity: neither a URI nor a subject. */
    private static final Pattern HOST = Pattern.compile("(\\*\\.)?[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private PeerIdentity() {}

    static String of(X509Certificate certificate) {
        String host = null;
        for (List<?> name : alternativeNames(certificate)) {
            if (name.get(1) instanceof String text) {
                if (Integer.valueOf(URI).equals(name.get(0)) && text.startsWith("spiffe://")) {
                    return printable(text, false);
                }
                if (host == null
                        && Integer.valueOf(DNS_NAME).equals(name.get(0))
                        && HOST.matcher(text).matches()) {
                    host = text.toLowerCase(Locale.ROOT);
                }
            }
        }
        return host != null
                ? host
                : printable(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253), true);
    }

    /** The DNS names of a certificate, in lower case. */
    static List<String> dnsNames(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        for (List<?> name : alternativeNames(certificate)) {
            if (Integer.valueOf(DNS_NAME).equals(name.get(0)) && name.get(1) instanceof String text) {
                names.add(text.toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }

    private static Collection<List<?>> alternativeNames(X509Certificate certificate) {
        try {
            @Nullable Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null ? List.of() : names;
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    /**
     * The text with all but printable ASCII as {@code %XX} of its UTF-8 bytes, so that it can stand in a header and in a log.
     *
     * @param free whether the text is not in that form already, so that a percent sign in it must be written so too
     */
    private static String printable(String text, boolean free) {
        StringBuilder s = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b < 0x20 || b == 0x7f || (free && b == '%')) {
                s.append('%').append(HEX[b >> 4 & 0xf]).append(HEX[b & 0xf]);
            } else {
                s.append((char) b);
            }
        }
        return s.toString();
    }
}
