package io.leasegate.proxy;

/** Why a client's connection was closed at once, or not even accepted. The labels are those of the metrics and the manual. */
public enum ConnectionRefusal {
    /** {@code connections.max}. */
    MAX("max"),
    /** {@code connections.max-per-address}. */
    MAX_PER_ADDRESS("max_per_address"),
    /** {@code connections.rate-per-address}. */
    RATE_PER_ADDRESS("rate_per_address"),
    /** The system gave no connection, for want of file descriptors or memory. */
    ACCEPT_FAILED("accept_failed");

    private final String label;

    ConnectionRefusal(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
