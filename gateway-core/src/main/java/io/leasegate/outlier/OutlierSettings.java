package io.leasegate.outlier;

/**
 * When instances of a service are taken out because calls to them fail.
 *
 * @param consecutiveFailures failed calls in a row that take an instance out, 1 or more
 * @param intervalMillis over which success rates are compared, 1 or more; an interval without trouble makes the next ejection shorter
 * @param baseEjectionMillis how long the first ejection lasts, 1 or more
 * @param maxEjected share of a service's instances that may be out at one time, 0 to 1; 0 for no ejections at all
 */
public record OutlierSettings(
        int consecutiveFailures, long intervalMillis, long baseEjectionMillis, double maxEjected) {}
