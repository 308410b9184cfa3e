package io.leasegate.server.config;

/**
 * The HTTP/1.1 listener for operators.
 *
 * @param address the local address to bind
 * @param port 0 picks a free one
 */
public record AdminConfig(String address, int port) {}
