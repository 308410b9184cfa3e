package io.leasegate.testkit;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.h2.Violation;
import io.leasegate.proxy.AccessRecord;
import io.leasegate.proxy.CallObserver;
import io.leasegate.proxy.ConnectFailure;
import io.leasegate.proxy.ConnectionObserver;
import io.leasegate.proxy.ConnectionRefusal;
import io.leasegate.proxy.FurtherAttempt;
import io.leasegate.proxy.MirrorResult;
import io.leasegate.proxy.UpstreamEnd;
import io.leasegate.tls.TlsException;
import io.leasegate.tls.TlsPeer;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Hears of everything that a gateway reports. Safe from any thread. */
public final class GatewayObserver implements CallObserver, ConnectionObserver {

    /** What was told of one eviction. */
    public record Eviction(EndpointId endpoint, long lastCallNanos, long settledNanos) {}

    private final AtomicInteger started = new AtomicInteger();
    private final List<CallRecord> calls = new CopyOnWriteArrayList<>();
    private final List<MirrorRecord> mirrored = new CopyOnWriteArrayList<>();
    private final AtomicInteger downstreamOpened = new AtomicInteger();
    private final AtomicInteger downstreamClosed = new AtomicInteger();
    private final AtomicInteger upstreamOpened = new AtomicInteger();
    private final AtomicInteger upstreamClosed = new AtomicInteger();
    private final List<UpstreamEnd> upstreamEnds = new CopyOnWriteArrayList<>();
    private final List<ConnectFailure> connectFailures = new CopyOnWriteArrayList<>();
    private final List<Eviction> evictions = new CopyOnWriteArrayList<>();
    private final List<Long> goAways = new CopyOnWriteArrayList<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger everWaited = new AtomicInteger();
    private final List<String> furtherAttempts = new CopyOnWriteArrayList<>();
    private final List<String> withheld = new CopyOnWriteArrayList<>();
    private final List<ViolationRecord> violations = new CopyOnWriteArrayList<>();
    private final List<ConnectionRefusal> refusals = new CopyOnWriteArrayList<>();
    private final List<TlsPeer> handshakes = new CopyOnWriteArrayList<>();
    private final List<TlsException> handshakeFailures = new CopyOnWriteArrayList<>();

    @Override
    public void onStart() {
        started.incrementAndGet();
    }

    @Override
    public void onEnd(AccessRecord call) {
        calls.add(CallRecord.of(call));
    }

    /** What became of one copy of a call. */
    public record MirrorRecord(String service, MirrorResult result) {}

    @Override
    public void onMirrored(String service, MirrorResult result) {
        mirrored.add(new MirrorRecord(service, result));
    }

    /** What became of the copies of calls, in the order of their ends; waits until there are so many. */
    public List<MirrorRecord> mirrored(int atLeast) {
        Pause.until(
                Duration.ofSeconds(30),
                () -> mirrored.size() + " copies of calls have ended, not " + atLeast,
                () -> mirrored.size() >= atLeast);
        return List.copyOf(mirrored);
    }

    @Override
    public void onFurtherAttempt(String service, FurtherAttempt kind, FurtherAttempt.Result result) {
        furtherAttempts.add(kind.label() + " " + result.label());
    }

    @Override
    public void onWithheld(String service, FurtherAttempt kind, FurtherAttempt.Withheld why) {
        withheld.add(kind.label() + " " + why.label());
    }

    /** What became of retries and hedges, as "retry answered", in order. */
    public List<String> furtherAttempts() {
        return List.copyOf(furtherAttempts);
    }

    /** Why retries and hedges were not made, as "retry budget", in order. */
    public List<String> withheld() {
        return List.copyOf(withheld);
    }

    @Override
    public void onHandshake(String listener, TlsPeer peer) {
        handshakes.add(peer);
    }

    @Override
    public void onHandshakeFailed(String listener, SocketAddress client, TlsException failure) {
        handshakeFailures.add(failure);
    }

    /**
     * What a peer did against the rules.
     *
     * @param peer the listener's name and the client's address, or the instance's endpoint
     */
    public record ViolationRecord(boolean ofClient, String peer, Violation violation, long errorCode, String what) {}

    @Override
    public void onClientViolation(String listener, String client, Violation violation, long errorCode, String what) {
        violations.add(new ViolationRecord(true, listener + " " + client, violation, errorCode, what));
    }

    @Override
    public void onInstanceViolation(EndpointId endpoint, Violation violation, long errorCode, String what) {
        violations.add(new ViolationRecord(false, endpoint.toString(), violation, errorCode, what));
    }

    @Override
    public void onRefused(String listener, String client, ConnectionRefusal refusal, String what) {
        refusals.add(refusal);
    }

    /** What peers did against the rules, in order. */
    public List<ViolationRecord> violations() {
        return List.copyOf(violations);
    }

    /** The first violation of the kind by a client, or by an instance; waits for it. */
    public ViolationRecord violation(boolean ofClient, Violation kind) {
        Pause.until(
                Duration.ofSeconds(20),
                () -> "expected " + kind + " of " + (ofClient ? "a client" : "an instance") + ", got " + violations,
                () -> violations.stream().anyMatch(v -> v.violation == kind && v.ofClient == ofClient));
        return violations.stream()
                .filter(v -> v.violation == kind && v.ofClient == ofClient)
                .findFirst()
                .orElseThrow();
    }

    /** Why connections of clients were refused, in order. */
    public List<ConnectionRefusal> refusals() {
        return List.copyOf(refusals);
    }

    @Override
    public void onDownstreamOpen(String listener) {
        downstreamOpened.incrementAndGet();
    }

    @Override
    public void onDownstreamClose(String listener) {
        downstreamClosed.incrementAndGet();
    }

    @Override
    public void onUpstreamOpen(EndpointId endpoint) {
        upstreamOpened.incrementAndGet();
    }

    @Override
    public void onUpstreamClose(EndpointId endpoint, UpstreamEnd why) {
        upstreamEnds.add(why);
        upstreamClosed.incrementAndGet();
    }

    @Override
    public void onConnectFailed(EndpointId endpoint, ConnectFailure failure) {
        connectFailures.add(failure);
    }

    @Override
    public void onGoAway(EndpointId endpoint, long errorCode) {
        goAways.add(errorCode);
    }

    @Override
    public void onEvicted(EndpointId endpoint, long lastCallNanos, long settledNanos) {
        evictions.add(new Eviction(endpoint, lastCallNanos, settledNanos));
    }

    @Override
    public void onWaiting(EndpointId endpoint, int change) {
        waiting.addAndGet(change);
        everWaited.addAndGet(Math.max(change, 0));
    }

    /** Calls that began. */
    public int started() {
        return started.get();
    }

    /** Calls that have ended, in the order of their ends. */
    public List<CallRecord> calls() {
        return List.copyOf(calls);
    }

    /** The record of the nth call that ends, from 0; waits for it. */
    public CallRecord call(int n) {
        Pause.until(
                Duration.ofSeconds(5),
                () -> "expected " + (n + 1) + " calls to end, got " + calls,
                () -> calls.size() > n);
        return calls.get(n);
    }

    /** Connections of clients that were ever open. */
    public int downstreamOpened() {
        return downstreamOpened.get();
    }

    /** Connections to instances that are open by now. */
    public int upstreamConnections() {
        return upstreamOpened.get() - upstreamClosed.get();
    }

    /** Connections to instances that were ever ready. */
    public int upstreamOpened() {
        return upstreamOpened.get();
    }

    /** What the nth TLS handshake of a client found out, from 0; waits for it. */
    public TlsPeer handshake(int n) {
        Pause.until(
                Duration.ofSeconds(20),
                () -> "expected " + (n + 1) + " handshakes, got " + handshakes + " and " + handshakeFailures,
                () -> handshakes.size() > n);
        return handshakes.get(n);
    }

    /** Why the nth TLS handshake of a client that failed did so, from 0; waits for it. */
    public TlsException handshakeFailure(int n) {
        Pause.until(
                Duration.ofSeconds(20),
                () -> "expected " + (n + 1) + " failed handshakes, got " + handshakeFailures + " and " + handshakes,
                () -> handshakeFailures.size() > n);
        return handshakeFailures.get(n);
    }

    public int handshakeFailures() {
        return handshakeFailures.size();
    }

    /** Why connections to instances ended, in the order of their ends. */
    public List<UpstreamEnd> upstreamEnds() {
        return List.copyOf(upstreamEnds);
    }

    /** The nth eviction, from 0; waits for it. */
    public Eviction eviction(int n) {
        Pause.until(
                Duration.ofSeconds(10),
                () -> "expected " + (n + 1) + " evictions, got " + evictions,
                () -> evictions.size() > n);
        return evictions.get(n);
    }

    public List<ConnectFailure> connectFailures() {
        return List.copyOf(connectFailures);
    }

    /** The codes of the GOAWAYs of instances. */
    public List<Long> goAways() {
        return List.copyOf(goAways);
    }

    /** Calls that wait for a connection or a stream by now. */
    public int waiting() {
        return waiting.get();
    }

    /** How often a call had to wait. */
    public int everWaited() {
        return everWaited.get();
    }

    /** Fails when a connection that opened did not close, or closed more than once, or a call is still counted as waiting. */
    public void assertAllClosed() {
        if (waiting.get() != 0) {
            throw new AssertionError(waiting + " calls are counted as waiting");
        }
        Pause.until(
                Duration.ofSeconds(5),
                () -> "client connections: " + downstreamOpened + " opened, " + downstreamClosed
                        + " closed; instance connections: " + upstreamOpened + " opened, " + upstreamClosed + " closed",
                () -> downstreamOpened.get() == downstreamClosed.get() && upstreamOpened.get() == upstreamClosed.get());
    }
}
