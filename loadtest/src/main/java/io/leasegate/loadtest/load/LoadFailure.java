package io.leasegate.loadtest.load;

/** A load could not be made, or calls of it failed; the message says which and why. */
public final class LoadFailure extends Exception {

    private static final long serialVersionUID = 1L;

    public LoadFailure(String message) {
        super(message);
    }
}
