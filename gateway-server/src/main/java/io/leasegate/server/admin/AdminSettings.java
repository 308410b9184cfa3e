package io.leasegate.server.admin;

import static java.util.Objects.requireNonNull;

/**
 * The admin listener.
 *
 * @param address the local address to bind
 * @param port 0 picks a free one
 * @param maxConnections open connections at most; one more is answered with 503 and closed
 * @param requestTimeoutMillis how long a connection may take to send a request, counted from its opening or from the end of the last
 *     answer: bounds idle and slow clients alike
 * @param responseTimeoutMillis how long a client may take to receive one answer
 */
public record AdminSettings(
        String address, int port, int maxConnections, long requestTimeoutMillis, long responseTimeoutMillis) {

    public AdminSettings {
        requireNonNull(address, "address");
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port: " + port + " (expected 0-65535)");
        }
        if (maxConnections < 1) {
            throw new IllegalArgumentException("maxConnections: " + maxConnections + " (expected 1 or more)");
        }
        if (requestTimeoutMillis < 1 || responseTimeoutMillis < 1) {
            throw new IllegalArgumentException("timeouts: " + requestTimeoutMillis + " ms and " + responseTimeoutMillis
                    + " ms (expected 1 or more)");
        }
    }

    /** Bounds that suit probes, scrapes and people. */
    public static AdminSettings of(String address, int port) {
        return new AdminSettings(address, port, 128, 60_000, 60_000);
    }
}
