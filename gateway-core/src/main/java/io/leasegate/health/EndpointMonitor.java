package io.leasegate.health;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.h2.H2Connection;
import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows one endpoint on the event loop of its watched connection.
 *
 * <pre>
 *   no connection can be made ............................ UNREACHABLE
 *   connected, no grpc.health.v1 (or not asked) .......... HEALTHY
 *   connected, Watch or Check says SERVING ............... HEALTHY
 *   connected, refuses to say, last word not NOT_SERVING . HEALTHY
 *   connected, says anything else ........................ NOT_SERVING
 *   connected, says nothing in time ...................... UNHEALTHY
 * </pre>
 *
 * A lost connection alone changes nothing: the next attempt follows at once and decides.
 */
final class EndpointMonitor implements ConnectionWatcher {

    private final Endpoint endpoint;
    private final HealthSettings settings;
    private final HealthSink sink;
    private @Nullable H2Connection connection;
    private @Nullable GrpcHealthProbe probe;
    private @Nullable Future<?> timer;
    private boolean watchUnimplemented;
    private EndpointState reported = EndpointState.UNCHECKED;
    private String reportedReason = "";

    EndpointMonitor(Endpoint endpoint, HealthSettings settings, HealthSink sink) {
        this.endpoint = endpoint;
        this.settings = settings;
        this.sink = sink;
    }

    @Override
    public void onConnected(H2Connection newConnection) {
        connection = newConnection;
        // Another process may stand behind the address now.
        watchUnimplemented = false;
        if (settings.grpcEnabled()) {
            ask(newConnection);
        } else {
            report(EndpointState.HEALTHY, "");
        }
    }

    @Override
    public void onDisconnected(String reason) {
        connection = null;
        stopAsking();
    }

    @Override
    public void onConnectFailed(String reason) {
        connection = null;
        stopAsking();
        report(EndpointState.UNREACHABLE, "cannot connect: " + reason);
    }

    private void ask(H2Connection on) {
        stopAsking();
        GrpcHealthProbe p = new GrpcHealthProbe(endpoint.id().address(), settings.grpcService(), !watchUnimplemented);
        probe = p;
        if (!p.start(on, this::onAnswer)) {
            // All streams that the instance allows are taken; it is alive, and asked again later.
            probe = null;
            again(on.eventLoop(), settings.intervalMillis());
            if (reported == EndpointState.UNCHECKED || reported == EndpointState.UNREACHABLE) {
                report(EndpointState.HEALTHY, "");
            }
            return;
        }
        timer = on.eventLoop().schedule(() -> onSilence(p), settings.timeoutMillis(), TimeUnit.MILLISECONDS);
    }

    private void onSilence(GrpcHealthProbe of) {
        if (of == probe && !of.hasAnswered()) {
            report(
                    EndpointState.UNHEALTHY,
                    "no answer from grpc.health.v1 within health.grpc.timeout = " + settings.timeoutMillis() + " ms");
            H2Connection c = connection;
            stopAsking();
            if (c != null) {
                again(c.eventLoop(), settings.intervalMillis());
            }
        }
    }

    private void onAnswer(GrpcHealthProbe.Answer answer, String detail) {
        H2Connection c = connection;
        if (c == null) {
            return;
        }
        switch (answer) {
            case SERVING -> report(EndpointState.HEALTHY, "");
            case NOT_SERVING -> report(EndpointState.NOT_SERVING, detail);
            case UNIMPLEMENTED -> {
                if (watchUnimplemented) {
                    stopAsking();
                    report(EndpointState.HEALTHY, "");
                } else {
                    watchUnimplemented = true;
                    ask(c);
                    return;
                }
            }
            case NO_HEALTH_SERVICE -> {
                probe = null;
                stopAsking();
                report(EndpointState.HEALTHY, "");
            }
            case ENDED -> {
                stopAsking();
                if (reported != EndpointState.NOT_SERVING) {
                    // It answers calls, only not this one (a server may want credentials for it): the connection
                    // counts. What it has said of itself stands until it says something else.
                    report(EndpointState.HEALTHY, "");
                }
                again(c.eventLoop(), settings.intervalMillis());
                return;
            }
        }
        if (probe != null && !probe.isWatching()) {
            stopAsking();
            again(c.eventLoop(), settings.intervalMillis());
        }
    }

    private void again(EventLoop loop, long millis) {
        timer = loop.schedule(
                () -> {
                    H2Connection c = connection;
                    if (c != null) {
                        ask(c);
                    }
                },
                millis,
                TimeUnit.MILLISECONDS);
    }

    private void stopAsking() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        if (probe != null) {
            probe.stop();
            probe = null;
        }
    }

    private void report(EndpointState state, String reason) {
        if (state != reported || !reason.equals(reportedReason)) {
            reported = state;
            reportedReason = reason;
            sink.onHealth(endpoint, state, reason);
        }
    }
}
