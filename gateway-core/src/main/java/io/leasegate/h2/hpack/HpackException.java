package io.leasegate.h2.hpack;

/** A header block that cannot be decoded: a connection error COMPRESSION_ERROR (RFC 9113 section 4.3). */
public final class HpackException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Without a stack trace: the peer is to blame, and it must not be costly to listen to it. */
    HpackException(String message) {
        super(message, null, false, false);
    }
}
