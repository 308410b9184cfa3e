package io.leasegate.proxy;

/**
 * Asking a silent instance for a sign of life by an HTTP/2 PING. Off by default: the kernel finds a dead host without it, and many
 * gRPC servers close the connection of a client that pings more than once in five minutes (gRFC A8).
 *
 * @param intervalMillis silence after which a PING is sent, 0 for no PINGs
 * @param timeoutMillis how long the answer may take before the connection is closed
 * @param withoutCalls whether PINGs are sent while no call is open
 */
public record KeepaliveSettings(long intervalMillis, long timeoutMillis, boolean withoutCalls) {

    /** No PINGs. */
    public static final KeepaliveSettings OFF = new KeepaliveSettings(0, 5_000, false);
}
