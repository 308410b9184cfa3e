package io.leasegate.server.config;

import java.time.Duration;

/**
 * How the process ends.
 *
 * @param grace how long calls in flight may go on
 */
public record DrainConfig(Duration grace) {}
