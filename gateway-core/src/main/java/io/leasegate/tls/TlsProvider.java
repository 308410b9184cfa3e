package io.leasegate.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/** Who does the cryptography. */
public enum TlsProvider {
    /**
     * OpenSSL where it works, else the JDK. Which one is found out when it is first needed: to load OpenSSL and to try it takes a fifth of
     * the time until a gateway is ready, and most gateways speak no TLS.
     */
    AUTO,
    /** BoringSSL, through netty-tcnative. */
    OPENSSL,
    /** The JDK's own. */
    JDK;

    SslProvider netty() {
        return resolved() == OPENSSL ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
    }

    private TlsProvider resolved() {
        if (this != AUTO) {
            return this;
        }
        return OpenSsl.isAvailable() ? OPENSSL : JDK;
    }

    public boolean isAvailable() {
        return this != OPENSSL || OpenSsl.isAvailable();
    }

    /** Why OpenSSL is not available, in words for an operator; empty when it is, or is not asked for. */
    public String obstacle() {
        Throwable cause = this == JDK ? null : OpenSsl.unavailabilityCause();
        return cause == null ? "" : String.valueOf(cause.getMessage());
    }

    /** The library and its version, for the log. */
    public String description() {
        return resolved() == JDK ? "the JDK " + Runtime.version() : OpenSsl.versionString() + " (netty-tcnative)";
    }
}
