package io.leasegate.dns;

/**
 * One server of a service, by RFC 2782. Immutable.
 *
 * @param priority 0 to 65535; those with the lowest are to be used
 * @param weight 0 to 65535, relative to others of the same priority
 * @param port 1 to 65535
 * @param host the server's name, without a dot at its end
 */
public record SrvRecord(int priority, int weight, int port, String host) {}
