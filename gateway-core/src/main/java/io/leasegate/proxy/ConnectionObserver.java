package io.leasegate.proxy;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.h2.Violation;
import io.leasegate.tls.TlsException;
import io.leasegate.tls.TlsPeer;
import java.net.SocketAddress;

/** Is told of connections. Called on the connection's event loop; must not block. */
public interface ConnectionObserver {

    /** A client's TLS handshake is over; {@link #onDownstreamOpen} follows unless the gateway drains. */
    default void onHandshake(String listener, TlsPeer peer) {}

    /** There was no handshake with a client, or, on a listener in clear text, the client tried one. */
    default void onHandshakeFailed(String listener, SocketAddress client, TlsException failure) {}

    default void onDownstreamOpen(String listener) {}

    default void onDownstreamClose(String listener) {}

    /**
     * A client's connection was closed at once, or could not be accepted.
     *
     * @param client its address without port, empty where there is none
     * @param what the limit's key and value, or what the system said
     */
    default void onRefused(String listener, String client, ConnectionRefusal refusal, String what) {}

    /**
     * A client did something against the rules or beyond a limit.
     *
     * @param client its address and port
     * @param errorCode what it is told
     * @param what in words, with the limit's key where there is one
     */
    default void onClientViolation(String listener, String client, Violation violation, long errorCode, String what) {}

    /** An instance did. */
    default void onInstanceViolation(EndpointId endpoint, Violation violation, long errorCode, String what) {}

    default void onUpstreamOpen(EndpointId endpoint) {}

    default void onUpstreamClose(EndpointId endpoint, UpstreamEnd why) {}

    default void onConnectFailed(EndpointId endpoint, ConnectFailure failure) {}

    /** An instance said GOAWAY; it may do so more than once on a connection. */
    default void onGoAway(EndpointId endpoint, long errorCode) {}

    /**
     * Calls began or ceased to wait for a connection or a stream.
     *
     * @param change how many more wait by now; negative for fewer
     */
    default void onWaiting(EndpointId endpoint, int change) {}

    /**
     * An endpoint has left the registry, and no event loop sends it another call.
     *
     * @param lastCallNanos from the news of that to the last call that was sent to the endpoint; 0 when none was sent any more
     * @param settledNanos from the news to the time at which the last event loop had stopped
     */
    default void onEvicted(EndpointId endpoint, long lastCallNanos, long settledNanos) {}

    /** An observer that does nothing. */
    ConnectionObserver NONE = new ConnectionObserver() {};
}
