package io.leasegate.tls;

import javax.net.ssl.SSLException;

/** A handshake that failed, in words for whoever has to mend it. Has no stack trace: the peer is at fault, not a line of code. */
public final class TlsException extends SSLException {

    private static final long serialVersionUID = 1;

    private final TlsFailure failure;

    public TlsException(TlsFailure failure, String message) {
        super(message);
        this.failure = failure;
    }

    /** What Netty or a provider threw, in one line and with its class. */
    static TlsException of(Throwable thrown) {
        return thrown instanceof TlsException e ? e : new TlsException(TlsFailure.of(thrown), TlsFailure.words(thrown));
    }

    public TlsFailure failure() {
        return failure;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
