package io.leasegate.h2.codec;

import io.leasegate.h2.Http2Error;
import io.leasegate.h2.Violation;
import org.jspecify.annotations.Nullable;

/** What ends the connection as a whole (RFC 9113 section 5.4.1). Carries no stack trace: peers can cause it at will. */
final class ConnectionException extends Exception {

    private static final long serialVersionUID = 1;

    private final @Nullable Violation violation;
    private final long errorCode;

    /** @param violation what the peer did, null when the fault is ours */
    ConnectionException(@Nullable Violation violation, long errorCode, String message) {
        super(message, null, false, false);
        this.violation = violation;
        this.errorCode = errorCode;
    }

    /** The peer broke the protocol. */
    ConnectionException(long errorCode, String message) {
        this(Violation.PROTOCOL_ERROR, errorCode, message);
    }

    static ConnectionException protocol(String message) {
        return new ConnectionException(Http2Error.PROTOCOL_ERROR, message);
    }

    static ConnectionException frameSize(String message) {
        return new ConnectionException(Http2Error.FRAME_SIZE_ERROR, message);
    }

    static ConnectionException calm(Violation violation, String message) {
        return new ConnectionException(violation, Http2Error.ENHANCE_YOUR_CALM, message);
    }

    @Nullable
    Violation violation() {
        return violation;
    }

    long errorCode() {
        return errorCode;
    }
}
