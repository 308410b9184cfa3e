package io.leasegate.server.dev;

/** The stack cannot run; the message tells the user why, and what to do. */
final class StackFailure extends Exception {

    private static final long serialVersionUID = 1L;

    StackFailure(String message) {
        super(message);
    }

    StackFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
