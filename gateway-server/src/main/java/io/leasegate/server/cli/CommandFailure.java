package io.leasegate.server.cli;

/** A command that failed for a reason that the message tells the user in full: what failed, and what to do. */
public final class CommandFailure extends Exception {

    private static final long serialVersionUID = 1L;

    public CommandFailure(String message) {
        super(message);
    }

    public CommandFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
