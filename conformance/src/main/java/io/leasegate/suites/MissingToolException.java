package io.leasegate.suites;

/** A program that a suite needs is not here and cannot be installed by us; the message says what to install. */
final class MissingToolException extends Exception {

    private static final long serialVersionUID = 1L;

    MissingToolException(String message) {
        super(message);
    }
}
