package io.leasegate.tls;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with those that vouch for it, each the issuer of the one before. Immutable.
 *
 * @param certificates the owner's first
 * @param strangers certificates that stood in the same file and have no place in the chain
 */
public record CertificateChain(List<X509Certificate> certificates, List<X509Certificate> strangers) {

    public CertificateChain {
        certificates = List.copyOf(certificates);
        strangers = List.copyOf(strangers);
    }

    /**
     * Puts the certificates of a file in order behind the first: peers may refuse a chain in another order (RFC 5246 section 7.4.2),
     * and the JDK's key stores do.
     */
    public static CertificateChain of(List<X509Certificate> file) {
        List<X509Certificate> left = new ArrayList<>(file);
        List<X509Certificate> chain = new ArrayList<>();
        @Nullable X509Certificate next = left.remove(0);
        while (next != null) {
            chain.add(next);
            next = takeIssuer(next, left);
        }
        return new CertificateChain(chain, left);
    }

    private static @Nullable X509Certificate takeIssuer(X509Certificate of, List<X509Certificate> left) {
        for (X509Certificate c : left) {
            if (c.getSubjectX500Principal().equals(of.getIssuerX500Principal()) && !c.equals(of)) {
                left.remove(c);
                return c;
            }
        }
        return null;
    }

    /** The owner's certificate. */
    public X509Certificate own() {
        return certificates.get(0);
    }

    /** The names that the owner's certificate is for, in lower case, wildcards among them. */
    public List<String> dnsNames() {
        return PeerIdentity.dnsNames(own());
    }
}
