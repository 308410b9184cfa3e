package io.leasegate.server.config;

/**
 * How many connections a listener takes. {@link #AUTO} and {@link #NONE} stand in the place of a number.
 *
 * @param max open connections
 * @param maxPerAddress open connections from one client address
 * @param ratePerAddress new connections from one client address within a second
 */
public record ConnectionsConfig(int max, int maxPerAddress, int ratePerAddress) {

    /** What follows from the process's limit of open files. */
    public static final int AUTO = -1;

    public static final int NONE = 0;
}
