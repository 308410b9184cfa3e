package io.leasegate.tls;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Where a certificate and its key are.
 *
 * @param certificate PEM file with the chain, the owner's certificate first
 * @param privateKey PEM file with its key, without a password
 */
public record KeyPairFiles(Path certificate, Path privateKey) {

    /**
     * Reads both.
     *
     * @throws PemException when one cannot be used, or they are not made for each other
     */
    CertifiedKey read() throws PemException {
        List<X509Certificate> certificates = PemFiles.certificates(certificate);
        PrivateKey key = PemFiles.privateKey(privateKey);
        requireFit(certificates, key);
        return new CertifiedKey(CertificateChain.of(certificates), key);
    }

    /**
     * Makes sure that a key belongs to the first certificate of a file.
     *
     * @throws PemException when it does not; speaks of the key's file
     */
    public void requireFit(List<X509Certificate> certificates, PrivateKey key) throws PemException {
        if (PrivateKeys.belongs(key, certificates.get(0).getPublicKey())) {
            return;
        }
        for (int i = 1; i < certificates.size(); i++) {
            if (PrivateKeys.belongs(key, certificates.get(i).getPublicKey())) {
                throw new PemException(
                        privateKey,
                        "the key of certificate " + (i + 1) + " in " + certificate
                                + "; write that certificate first, its issuer behind it, and so on");
            }
        }
        throw new PemException(
                privateKey,
                "not the key of the first certificate in " + certificate + "; give the two that were made together");
    }
}
