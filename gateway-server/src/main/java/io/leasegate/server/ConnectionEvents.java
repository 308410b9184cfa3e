package io.leasegate.server;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.proxy.ConnectFailure;
import io.leasegate.proxy.ConnectionObserver;
import io.leasegate.tls.TlsException;
import java.net.SocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes failed handshakes into the log: those with instances as warnings, since somebody here has to mend something; those with clients
 * for who asks (debug), since anybody can cause them. Called on the event loops.
 */
final class ConnectionEvents implements ConnectionObserver {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionEvents.class);
    private static final long REPEAT_NANOS = 60_000_000_000L;
    private static final int MAX_REMEMBERED = 10_000;

    private record Told(String reason, long nanos) {}

    private final ConcurrentMap<EndpointId, Told> told = new ConcurrentHashMap<>();

    @Override
    public void onHandshakeFailed(String listener, SocketAddress client, TlsException failure) {
        if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "listener {}: no TLS with {} ({}): {}",
                    listener,
                    client,
                    failure.failure().label(),
                    failure.getMessage());
        }
    }

    /** The same trouble with an instance is told once a minute: every event loop tries again every few seconds. */
    @Override
    public void onConnectFailed(EndpointId endpoint, ConnectFailure attempt) {
        if (attempt.phase() != ConnectFailure.Phase.TLS) {
            return;
        }
        String reason = String.valueOf(attempt.getMessage());
        long now = System.nanoTime();
        if (told.size() >= MAX_REMEMBERED) {
            told.clear();
        }
        Told last = told.get(endpoint);
        if (last != null && last.reason.equals(reason) && now - last.nanos < REPEAT_NANOS) {
            return;
        }
        if (last == null
                ? told.putIfAbsent(endpoint, new Told(reason, now)) == null
                : told.replace(endpoint, last, new Told(reason, now))) {
            LOG.warn("service {}, instance {}: {}", endpoint.service(), endpoint.address(), reason);
        }
    }
}
