package io.leasegate.server.metrics;

/**
 * A service and a method that calls are counted under.
 *
 * @param index counts from 0, for arrays of counters
 */
record Method(int index, String service, String method) {}
