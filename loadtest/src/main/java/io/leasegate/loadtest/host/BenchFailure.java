package io.leasegate.loadtest.host;

/** Something cannot be measured; the message says what, why, and what to do about it. */
public class BenchFailure extends Exception {

    private static final long serialVersionUID = 1L;

    public BenchFailure(String message) {
        super(message);
    }

    public BenchFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
