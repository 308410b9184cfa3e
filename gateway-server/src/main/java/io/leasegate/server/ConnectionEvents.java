package io.leasegate.server;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.Violation;
import io.leasegate.proxy.ConnectFailure;
import io.leasegate.proxy.ConnectionObserver;
import io.leasegate.proxy.ConnectionRefusal;
import io.leasegate.tls.TlsException;
import java.net.SocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes into the log what peers do wrong, each kind once a minute at most. Failed handshakes with instances are warnings, since somebody
 * here has to mend something; those with clients are for who asks (debug), since anybody can cause them. Called on the event loops.
 */
final class ConnectionEvents implements ConnectionObserver {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionEvents.class);
    private static final long REPEAT_NANOS = 60_000_000_000L;
    private static final int MAX_REMEMBERED = 10_000;

    private final RepeatLimit repeats = new RepeatLimit(1, TimeUnit.MINUTES);

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

    @Override
    public void onRefused(String listener, String client, ConnectionRefusal refusal, String what) {
        long untold = repeats.pass("refused " + refusal + " " + listener, System.nanoTime());
        if (untold != RepeatLimit.SILENT) {
            String who = client.isEmpty() ? "" : " of " + client;
            LOG.warn("listener {}: a connection{} was refused: {}{}", listener, who, what, more(untold));
        }
    }

    @Override
    public void onClientViolation(String listener, String client, Violation violation, long errorCode, String what) {
        long untold = repeats.pass("client " + violation + " " + listener, System.nanoTime());
        if (untold != RepeatLimit.SILENT) {
            LOG.warn(
                    "listener {}: client {} gets {} ({}): {}{}",
                    listener,
                    client,
                    Http2Error.name(errorCode),
                    violation.label(),
                    what,
                    more(untold));
        }
    }

    @Override
    public void onInstanceViolation(EndpointId endpoint, Violation violation, long errorCode, String what) {
        long untold = repeats.pass("instance " + violation + " " + endpoint.service(), System.nanoTime());
        if (untold != RepeatLimit.SILENT) {
            LOG.warn(
                    "service {}: instance {} gets {} ({}): {}{}",
                    endpoint.service(),
                    endpoint.address(),
                    Http2Error.name(errorCode),
                    violation.label(),
                    what,
                    more(untold));
        }
    }

    private static String more(long untold) {
        return untold == 0 ? "" : " [" + untold + " more of this kind since the last such line]";
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
