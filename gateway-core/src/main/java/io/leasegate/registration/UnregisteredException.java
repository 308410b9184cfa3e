package io.leasegate.registration;

/** Ends the parsing of one entry that is in order and registers nothing; never leaves the format. The message is the reason that is reported. */
final class UnregisteredException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;

    /** Without a stack trace: such entries are data, not defects, and may be many. */
    UnregisteredException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
