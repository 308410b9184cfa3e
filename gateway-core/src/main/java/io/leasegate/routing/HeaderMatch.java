package io.leasegate.routing;

/**
 * A condition on one request header.
 *
 * @param name in lower case
 * @param value what its value must be like
 */
public record HeaderMatch(String name, TextMatch value) {}
