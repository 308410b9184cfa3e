package io.leasegate.server.metrics;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.h2.Violation;
import io.leasegate.proxy.ConnectFailure;
import io.leasegate.proxy.ConnectionObserver;
import io.leasegate.proxy.ConnectionRefusal;
import io.leasegate.proxy.UpstreamEnd;
import io.leasegate.tls.TlsException;
import io.leasegate.tls.TlsPeer;
import java.net.SocketAddress;

/** Joins observers of connections. */
public final class ConnectionObservers {

    private ConnectionObservers() {}

    /** Tells the first, then the second. */
    public static ConnectionObserver both(ConnectionObserver first, ConnectionObserver second) {
        return new ConnectionObserver() {
            @Override
            public void onHandshake(String listener, TlsPeer peer) {
                first.onHandshake(listener, peer);
                second.onHandshake(listener, peer);
            }

            @Override
            public void onHandshakeFailed(String listener, SocketAddress client, TlsException failure) {
                first.onHandshakeFailed(listener, client, failure);
                second.onHandshakeFailed(listener, client, failure);
            }

            @Override
            public void onDownstreamOpen(String listener) {
                first.onDownstreamOpen(listener);
                second.onDownstreamOpen(listener);
            }

            @Override
            public void onDownstreamClose(String listener) {
                first.onDownstreamClose(listener);
                second.onDownstreamClose(listener);
            }

            @Override
            public void onRefused(String listener, String client, ConnectionRefusal refusal, String what) {
                first.onRefused(listener, client, refusal, what);
                second.onRefused(listener, client, refusal, what);
            }

            @Override
            public void onClientViolation(
                    String listener, String client, Violation violation, long errorCode, String what) {
                first.onClientViolation(listener, client, violation, errorCode, what);
                second.onClientViolation(listener, client, violation, errorCode, what);
            }

            @Override
            public void onInstanceViolation(EndpointId endpoint, Violation violation, long errorCode, String what) {
                first.onInstanceViolation(endpoint, violation, errorCode, what);
                second.onInstanceViolation(endpoint, violation, errorCode, what);
            }

            @Override
            public void onUpstreamOpen(EndpointId endpoint) {
                first.onUpstreamOpen(endpoint);
                second.onUpstreamOpen(endpoint);
            }

            @Override
            public void onUpstreamClose(EndpointId endpoint, UpstreamEnd why) {
                first.onUpstreamClose(endpoint, why);
                second.onUpstreamClose(endpoint, why);
            }

            @Override
            public void onConnectFailed(EndpointId endpoint, ConnectFailure failure) {
                first.onConnectFailed(endpoint, failure);
                second.onConnectFailed(endpoint, failure);
            }

            @Override
            public void onGoAway(EndpointId endpoint, long errorCode) {
                first.onGoAway(endpoint, errorCode);
                second.onGoAway(endpoint, errorCode);
            }

            @Override
            public void onWaiting(EndpointId endpoint, int change) {
                first.onWaiting(endpoint, change);
                second.onWaiting(endpoint, change);
            }

            @Override
            public void onEvicted(EndpointId endpoint, long lastCallNanos, long settledNanos) {
                first.onEvicted(endpoint, lastCallNanos, settledNanos);
                second.onEvicted(endpoint, lastCallNanos, settledNanos);
            }
        };
    }
}
