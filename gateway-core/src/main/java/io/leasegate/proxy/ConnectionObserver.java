package io.leasegate.proxy;

import io.leasegate.endpoint.EndpointId;

/** Is told of connections. Called on the connection's event loop; must not block. */
public interface ConnectionObserver {

    default void onDownstreamOpen(String listener) {}

    default void onDownstreamClose(String listener) {}

    default void onUpstreamOpen(EndpointId endpoint) {}

    default void onUpstreamClose(EndpointId endpoint) {}

    default void onConnectFailed(EndpointId endpoint, Throwable cause) {}

    /** An observer that does nothing. */
    ConnectionObserver NONE = new ConnectionObserver() {};
}
