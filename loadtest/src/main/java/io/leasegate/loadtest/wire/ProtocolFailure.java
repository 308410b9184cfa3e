package io.leasegate.loadtest.wire;

/** What a peer sent is no HTTP/2, or a part of it that nobody here needs; the message says what. */
final class ProtocolFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ProtocolFailure(String message) {
        super(message);
    }
}
