package io.leasegate.tls;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * How long a file with certificates serves its purpose. Immutable.
 *
 * @param file the file
 * @param authorities whether it holds authorities, and not the certificate of this gateway
 * @param subject whose certificate ends first, or for authorities last
 * @param notAfter when that is
 */
public record CertificateFile(Path file, boolean authorities, String subject, Instant notAfter) {

    private static final Comparator<X509Certificate> BY_END = Comparator.comparing(X509Certificate::getNotAfter);

    /** A chain is broken once the first of it has ended. */
    static CertificateFile ofChain(Path file, CertificateChain chain) {
        return of(file, false, chain.certificates().stream().min(BY_END).orElseThrow());
    }

    /** Authorities serve until the last has ended: new ones stand beside the old while they change. */
    static CertificateFile ofAuthorities(Path file, List<X509Certificate> authorities) {
        return of(file, true, authorities.stream().max(BY_END).orElseThrow());
    }

    private static CertificateFile of(Path file, boolean authorities, X509Certificate c) {
        return new CertificateFile(
                file,
                authorities,
                c.getSubjectX500Principal().getName(),
                c.getNotAfter().toInstant());
    }
}
