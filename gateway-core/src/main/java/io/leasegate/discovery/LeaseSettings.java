package io.leasegate.discovery;

/**
 * What is found out about leases beside their TTLs. Immutable.
 *
 * @param checksPerSecond how many leases etcd is asked for each second, 0 for none
 * @param fadeBelow the part of its TTL, 0 to 1, below which a lease's rest takes weight from its instances; 0 for never
 */
public record LeaseSettings(int checksPerSecond, double fadeBelow) {

    /** TTLs are all that is asked for. */
    public static final LeaseSettings OFF = new LeaseSettings(0, 0);

    public LeaseSettings {
        if (checksPerSecond < 0) {
            throw new IllegalArgumentException("checksPerSecond: " + checksPerSecond + " (expected 0 or more)");
        }
        if (!(fadeBelow >= 0 && fadeBelow <= 1)) {
            throw new IllegalArgumentException("fadeBelow: " + fadeBelow + " (expected 0 to 1)");
        }
    }

    /**
     * The part of its weight that an instance keeps, in steps of a tenth, so that few tables are published while a lease runs out. What
     * still has a lease keeps a tenth.
     */
    double share(EtcdConnection.LeaseTime time) {
        if (fadeBelow == 0 || time.grantedSeconds() <= 0) {
            return 1;
        }
        double rest = (double) time.remainingSeconds() / time.grantedSeconds() / fadeBelow;
        return Math.max(0.1, Math.min(1, Math.ceil(rest * 10) / 10));
    }
}
