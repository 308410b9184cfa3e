package io.leasegate.proxy;

import io.leasegate.h2.ProtocolSettings;

/**
 * One listener.
 *
 * @param name shown in logs and metrics
 * @param address the local address to bind
 * @param port 0 picks a free one
 * @param protocol limits toward clients
 */
public record ListenerSettings(String name, String address, int port, ProtocolSettings protocol) {}
