package io.leasegate.discovery;

/** A registry could not be read. The message says why and what can be done about it. */
public final class RegistryUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    public RegistryUnavailableException(String message) {
        super(message);
    }
}
