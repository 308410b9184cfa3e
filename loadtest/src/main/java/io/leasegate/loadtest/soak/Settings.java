package io.leasegate.loadtest.soak;

import io.leasegate.loadtest.soak.Trouble.Target;

/**
 * How a soak is held. Immutable.
 *
 * @param seed decides all that is left to chance
 * @param minutes how long there is trouble, the quiet times not counted
 * @param instances how many are processes
 * @param scripted how many are scripted
 * @param connections how many the clients have
 * @param callsPerSecond on all of them together
 * @param rssLimitMib what the gateway may have in memory, in MiB
 */
public record Settings(
        long seed, double minutes, int instances, int scripted, int connections, int callsPerSecond, int rssLimitMib) {

    private static final int CYCLE_MILLIS = 60_000;

    /** How many times there is trouble, with a quiet time after each. */
    public int cycles() {
        return (int) Math.max(1, Math.ceil(totalMillis() / CYCLE_MILLIS));
    }

    /** How long each of those is. */
    public int cycleMillis() {
        return (int) (totalMillis() / cycles());
    }

    private double totalMillis() {
        return minutes * 60_000;
    }

    int count(Target target) {
        return switch (target) {
            case INSTANCE -> instances;
            case SCRIPTED -> scripted;
            case CLIENT -> connections;
            case ETCD, GATEWAY -> 1;
        };
    }

    /** What repeats it. */
    public String command() {
        return "./leasegate soak --seed %d --minutes %s --instances %d --scripted %d --connections %d --rate %d --rss-limit %d"
                .formatted(seed, minutes, instances, scripted, connections, callsPerSecond, rssLimitMib);
    }
}
