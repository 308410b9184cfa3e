package io.leasegate.proxy;

/**
 * How many connections a listener takes, each counted from its accept to its close, over all event loops. 0 stands for no limit.
 *
 * @param max connections that are open
 * @param maxPerAddress connections that are open from one client address; an IPv6 client's address is its /64
 * @param ratePerAddress new connections from one client address within a second
 */
public record ConnectionLimits(int max, int maxPerAddress, int ratePerAddress) {

    public static final ConnectionLimits NONE = new ConnectionLimits(0, 0, 0);

    public ConnectionLimits {
        if (max < 0 || maxPerAddress < 0 || ratePerAddress < 0) {
            throw new IllegalArgumentException(
                    "a limit below 0: " + max + ", " + maxPerAddress + ", " + ratePerAddress);
        }
    }
}
