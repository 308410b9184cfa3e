package io.leasegate.server.config;

/** A value that is not what its key asks for; the message says what was expected, for the words {@code (expected …)}. */
final class Unexpected extends Exception {

    private static final long serialVersionUID = 1L;

    Unexpected(String expected) {
        super(expected, null, false, false);
    }

    String expected() {
        return String.valueOf(getMessage());
    }
}
