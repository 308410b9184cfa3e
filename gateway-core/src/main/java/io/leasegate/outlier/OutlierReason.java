package io.leasegate.outlier;

/** What an instance is taken out for. */
public enum OutlierReason {
    /** So many calls in a row failed. */
    CONSECUTIVE_FAILURES,
    /** Fewer of its calls went well than of the calls of the others. */
    SUCCESS_RATE
}
