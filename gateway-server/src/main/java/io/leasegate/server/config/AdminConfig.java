package io.leasegate.server.config;

/**
 * The HTTP/1.1 listener for operators.
 *
 * @param address the local address to bind
 * @param port 0 picks a free one
 * @param explainCalls how many calls are kept to be explained, and as many that failed; 0 for none
 */
public record AdminConfig(String address, int port, int explainCalls) {}
