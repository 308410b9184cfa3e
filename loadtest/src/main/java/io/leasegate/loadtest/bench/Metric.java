package io.leasegate.loadtest.bench;

import java.util.Locale;

/** A figure that is measured. */
public enum Metric {
    RATE("rate", "calls/s", "/s", 0),
    CPU_PER_UNIT("cpuMicrosPerCall", "CPU per call", "µs", 2),
    CPU_IN_ALL("cpuMillis", "CPU", "ms", 0),
    BUSY("busyPercent", "core busy", "%", 0),
    P50("p50Micros", "p50", "µs", 1),
    P99("p99Micros", "p99", "µs", 1),
    P999("p999Micros", "p99.9", "µs", 1),
    RESIDENT("residentMiB", "resident", "MiB", 1),
    PROPORTIONAL("pssMiB", "PSS", "MiB", 1),
    MEMORY_PER_UNIT("kibPerUnit", "memory each", "KiB", 2),
    READY("readyMillis", "ready after", "ms", 0),
    EVICTED_P50("evictedP50Millis", "last call p50", "ms", 2),
    EVICTED_P99("evictedP99Millis", "last call p99", "ms", 2),
    EVICTED_MAX("evictedMaxMillis", "last call at most", "ms", 2),
    SETTLED_P99("settledP99Millis", "all loops p99", "ms", 2),
    EVICTIONS("evictions", "evictions", "", 0);

    private final String key;
    private final String title;
    private final String unit;
    private final int decimals;

    Metric(String key, String title, String unit, int decimals) {
        this.key = key;
        this.title = title;
        this.unit = unit;
        this.decimals = decimals;
    }

    /** Its name in JSON. */
    public String key() {
        return key;
    }

    /** Its name for people, without the unit. */
    public String title() {
        return title;
    }

    public String unit() {
        return unit;
    }

    /** Whether it is a span of time that direct calls have as well, so that what a proxy adds is the difference. */
    public boolean isLatency() {
        return this == P50 || this == P99 || this == P999;
    }

    /** A value as text, without the unit. */
    public String format(double value) {
        // Of a large value, the digits behind the point say nothing.
        int digits = Math.abs(value) >= 1000 ? 0 : decimals;
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
