package io.leasegate.discovery;

/**
 * Time limits of the conversation with etcd.
 *
 * @param connectTimeoutMillis for a TCP connection to one member
 * @param requestTimeoutMillis for each call, the connection included
 * @param probeMillis how long the watch may be quiet before etcd is asked for a sign of life
 * @param silentProbes how many such signs may be missing in a row before the connection is given up
 * @param backoffMaxMillis the longest pause between two attempts
 * @param refusedBackoffMillis the pause after etcd refused user or password, which cost it much time to check
 * @param relistMillis how often everything is listed anew although the watch lives
 */
public record EtcdTimings(
        long connectTimeoutMillis,
        long requestTimeoutMillis,
        long probeMillis,
        int silentProbes,
        long backoffMaxMillis,
        long refusedBackoffMillis,
        long relistMillis) {

    /**
     * What a gateway uses. Together they let the table equal etcd within two seconds of etcd being reachable: a connection that died
     * without a word is given up after 1.6 s at most (docs/decisions.md), and an attempt that a dead network swallowed is followed by the
     * next one within 1.5 s.
     */
    public static final EtcdTimings DEFAULT = new EtcdTimings(700, 3_000, 400, 2, 800, 5_000, 300_000);
}
