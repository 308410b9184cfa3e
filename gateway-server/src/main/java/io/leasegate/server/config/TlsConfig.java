package io.leasegate.server.config;

import java.time.Duration;

/**
 * TLS of the whole process.
 *
 * @param provider who does the cryptography
 * @param reloadInterval how often the files are looked at for changes
 */
public record TlsConfig(Provider provider, Duration reloadInterval) {

    /** Who does the cryptography. */
    public enum Provider {
        /** OpenSSL where it works, else the JDK. */
        AUTO,
        OPENSSL,
        JDK
    }
}
