package io.leasegate.loadtest.bench;

import java.time.Duration;

/**
 * How the measurements are made. Immutable.
 *
 * @param rounds how often each peer is measured in each scenario
 * @param duration of one measurement
 * @param longestWarmUp the most time that a peer gets before; it ends earlier once a peer no longer becomes faster
 * @param etcd whether Leasegate finds the instances in an etcd, else in its configuration
 * @param callsPerSecond of the scenario with a fixed rate; 0 for half of what saturates Envoy
 */
public record Settings(int rounds, Duration duration, Duration longestWarmUp, boolean etcd, double callsPerSecond) {}
