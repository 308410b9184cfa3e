package io.leasegate.registration;

/** Ends the parsing of one entry; never leaves the format. The message is the reason that is reported. */
final class MalformedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;

    /** Without a stack trace: malformed entries are data, not defects, and may come in storms. */
    MalformedException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
