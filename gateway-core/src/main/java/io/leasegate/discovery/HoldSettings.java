package io.leasegate.discovery;

/**
 * When the disappearance of registrations is taken for a sickness of the registry. Immutable.
 *
 * @param enabled whether it ever is
 * @param share the part, above 0 and up to 1, of a service's instances or of all, whose disappearance is suspicious
 * @param minInstances how many there must have been: what happens to fewer is believed, except after an error of the registry
 * @param windowMillis the time within which they disappear
 */
public record HoldSettings(boolean enabled, double share, int minInstances, long windowMillis) {

    /** Every disappearance is believed. */
    public static final HoldSettings OFF = new HoldSettings(false, 1, 1, 1);

    /** What a gateway uses. */
    public static final HoldSettings DEFAULT = new HoldSettings(true, 0.7, 5, 10_000);

    public HoldSettings {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share: " + share + " (expected above 0, 1 at most)");
        }
        if (minInstances < 1 || windowMillis < 1) {
            throw new IllegalArgumentException(
                    "minInstances " + minInstances + ", windowMillis " + windowMillis + " (expected 1 or more)");
        }
    }
}
