package io.leasegate.tls;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why a handshake failed, in classes that a metric can count and an operator can act on. */
public enum TlsFailure {
    /** The peer does not speak TLS. */
    PLAIN_TEXT,
    /** The client speaks TLS to a listener in clear text. */
    TLS_ON_CLEAR_TEXT,
    /** The peer does not offer, or did not choose, HTTP/2 (ALPN {@code h2}). */
    ALPN,
    /** No version or cipher in common. */
    VERSION,
    /** A certificate was asked for, and none came. */
    NO_CERTIFICATE,
    /** The peer's certificate comes from nobody that is trusted. */
    UNTRUSTED,
    /** The peer's certificate has expired, or is not valid yet. */
    EXPIRED,
    /** The peer's certificate is for another name. */
    NAME,
    /** The peer refused, by an alert: most often our certificate. */
    REFUSED,
    /** The handshake took too long. */
    TIMEOUT,
    /** The peer closed the connection. */
    CLOSED,
    OTHER;

    private static final int MAX_CAUSES = 16;

    /** The word that metrics and logs have for it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The class of what Netty or a provider threw. */
    static TlsFailure of(Throwable thrown) {
        Throwable cause = thrown;
        TlsFailure result = OTHER;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            TlsFailure found = ofOne(cause);
            if (found != OTHER) {
                // What is further inside says more: a failed handshake, because of a certificate, because of its date.
                result = found;
            }
            cause = cause.getCause();
        }
        return result;
    }

    private static TlsFailure ofOne(Throwable cause) {
        if (cause instanceof TlsException e) {
            return e.failure();
        }
        if (cause instanceof NotSslRecordException) {
            return PLAIN_TEXT;
        }
        if (cause instanceof SslHandshakeTimeoutException) {
            return TIMEOUT;
        }
        if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
            return EXPIRED;
        }
        if (cause instanceof CertPathValidatorException e) {
            Object reason = e.getReason();
            return reason == CertPathValidatorException.BasicReason.EXPIRED
                            || reason == CertPathValidatorException.BasicReason.NOT_YET_VALID
                    ? EXPIRED
                    : UNTRUSTED;
        }
        if (cause instanceof CertificateException) {
            return isAboutNames(text(cause)) ? NAME : UNTRUSTED;
        }
        if (cause instanceof SSLException) {
            return ofMessage(text(cause));
        }
        return cause instanceof IOException && !(cause instanceof DecoderException) ? CLOSED : OTHER;
    }

    private static String text(Throwable t) {
        return String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
    }

    /** The JDK's name check has no exception of its own. */
    private static boolean isAboutNames(String message) {
        return message.startsWith("no subject alternative")
                || message.startsWith("no name matching")
                || message.contains("illegal given domain name");
    }

    /** What BoringSSL and the JDK write: alerts first, since their names hold words of other classes. */
    private static TlsFailure ofMessage(String message) {
        if (message.contains("no_application_protocol")) {
            return ALPN;
        }
        if (message.contains("protocol_version")) {
            return VERSION;
        }
        if (message.contains("alert")) {
            return REFUSED;
        }
        if (message.contains("peer_did_not_return_a_certificate")
                || message.contains("empty client certificate chain")) {
            return NO_CERTIFICATE;
        }
        if (message.contains("http_request") || message.contains("https_proxy_request")) {
            return PLAIN_TEXT;
        }
        if (message.contains("protocol") || message.contains("version") || message.contains("cipher")) {
            return VERSION;
        }
        if (message.contains("closed") || message.contains("closing")) {
            return CLOSED;
        }
        return OTHER;
    }

    /** The innermost words of an exception, which say more than the outer ones; in one line. */
    static String words(Throwable thrown) {
        @Nullable String last = null;
        Throwable cause = thrown;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            if (cause.getMessage() != null && !cause.getMessage().isBlank()) {
                last = cause.getMessage();
            }
            cause = cause.getCause();
        }
        return last == null ? thrown.getClass().getSimpleName() : last.replaceAll("\\s+", " ");
    }
}
