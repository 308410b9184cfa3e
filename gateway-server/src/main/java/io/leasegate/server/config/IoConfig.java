package io.leasegate.server.config;

/**
 * Threads that move bytes.
 *
 * @param threads number of event loops, 1 or more
 * @param maxQueued share, 0 to 1, of the memory for buffers that may be held for slow peers
 */
public record IoConfig(int threads, double maxQueued) {}
