package io.leasegate.h2.codec;

import io.leasegate.h2.Http2Error;

/** The peer broke the connection as a whole (RFC 9113 section 5.4.1). Carries no stack trace: peers can cause it at will. */
final class ConnectionException extends Exception {

    private static final long serialVersionUID = 1;

    private final long errorCode;

    ConnectionException(long errorCode, String message) {
        super(message, null, false, false);
        this.errorCode = errorCode;
    }

    static ConnectionException protocol(String message) {
        return new ConnectionException(Http2Error.PROTOCOL_ERROR, message);
    }

    static ConnectionException frameSize(String message) {
        return new ConnectionException(Http2Error.FRAME_SIZE_ERROR, message);
    }

    static ConnectionException calm(String message) {
        return new ConnectionException(Http2Error.ENHANCE_YOUR_CALM, message);
    }

    long errorCode() {
        return errorCode;
    }
}
