package io.leasegate.server.config;

/**
 * Threads that move bytes.
 *
 * @param threads number of event loops, 1 or more
 */
public record IoConfig(int threads) {}
