package io.leasegate.tls;

import java.security.PrivateKey;

/** A key and the certificates that say whose it is. */
record CertifiedKey(CertificateChain chain, PrivateKey key) {

    /** Without the key. */
    @Override
    public String toString() {
        return "CertifiedKey[" + chain.own().getSubjectX500Principal() + "]";
    }
}
