package io.leasegate.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/** Who does the cryptography. */
public enum TlsProvider {
    /** BoringSSL, through netty-tcnative. */
    OPENSSL(SslProvider.OPENSSL_REFCNT),
    /** The JDK's own. */
    JDK(SslProvider.JDK);

    private final SslProvider netty;

    TlsProvider(SslProvider netty) {
        this.netty = netty;
    }

    SslProvider netty() {
        return netty;
    }

    /** OpenSSL where it works, else the JDK. */
    public static TlsProvider best() {
        return OPENSSL.isAvailable() ? OPENSSL : JDK;
    }

    public boolean isAvailable() {
        return this == JDK || OpenSsl.isAvailable();
    }

    /** Why it is not available, in words for an operator; empty when it is. */
    public String obstacle() {
        Throwable cause = this == JDK ? null : OpenSsl.unavailabilityCause();
        return cause == null ? "" : String.valueOf(cause.getMessage());
    }

    /** The library and its version, for the log. */
    public String description() {
        return this == JDK ? "the JDK " + Runtime.version() : OpenSsl.versionString() + " (netty-tcnative)";
    }
}
