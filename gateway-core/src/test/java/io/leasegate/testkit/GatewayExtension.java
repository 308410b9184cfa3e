package io.leasegate.testkit;

import io.grpc.netty.NettyChannelBuilder;
import io.leasegate.balance.LoadBalancer;
import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.proxy.ConnectionLimits;
import io.leasegate.proxy.Gateway;
import io.leasegate.proxy.GatewaySettings;
import io.leasegate.proxy.ListenerSettings;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.resilience.CallPolicy;
import io.leasegate.routing.EvictionPolicy;
import io.leasegate.routing.Route;
import io.leasegate.routing.RouteTableBuilder;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.routing.TableUpdate;
import io.leasegate.testkit.ScriptedInstance.StreamScript;
import io.leasegate.tls.ListenerTls;
import io.leasegate.tls.UpstreamTls;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A whole gateway in process for each test, on real sockets, with the peers that the test asks for:
 *
 * <pre>
 *   &#64;RegisterExtension
 *   final GatewayExtension gateway = GatewayExtension.create();
 * </pre>
 *
 * <p>After each test everything is closed, and these must hold: no call is active, each call that began has ended once, no endpoint
 * counts a call in flight, nobody broke a window, all connection windows are refilled, each connection that opened has closed, and no
 * buffer was leaked.
 */
public final class GatewayExtension implements BeforeEachCallback, AfterEachCallback {

    private static final String LISTENER = "main";
    private static final String CLEAR = "clear";
    private static final Duration SETTLE = Duration.ofSeconds(5);

    private ProtocolSettings downstream = ProtocolSettings.DEFAULT;
    private ConnectionLimits connections = ConnectionLimits.NONE;
    private UpstreamSettings upstream = UpstreamSettings.DEFAULT;
    private long maxQueuedBytes = GatewaySettings.shareOfMemory(0.5);
    private int ioThreads = 2;
    private boolean revisionTrailer;
    private Function<String, EvictionPolicy> eviction = service -> EvictionPolicy.FINISH;
    private Function<String, CallPolicy> policies = service -> CallPolicy.DEFAULT;
    private ToIntFunction<String> maxCalls = service -> 0;
    private List<Route> routes = List.of();
    private Function<String, LoadBalancer> balancers = service -> new RoundRobinLoadBalancer();
    private GatewayMaker maker = (settings, table, heard) -> new Gateway(settings, table, heard, heard);
    private TlsParts tls = TlsParts.NONE;

    private RouteTableBuilder tables;
    private RouteTableRef ref;
    private GatewayObserver observer;
    private Gateway gateway;
    private Map<String, ListenerTls> listenerTls = Map.of();
    private UpstreamTls upstreamTls;
    private final List<Instance> registered = new ArrayList<>();
    private final List<RawHttp2Client> clients = new ArrayList<>();
    private final List<ScriptedInstance> instances = new ArrayList<>();
    private final List<AutoCloseable> others = new ArrayList<>();
    private long revision;

    private GatewayExtension() {}

    /** A gateway with defaults, one listener and two event loops. */
    public static GatewayExtension create() {
        return new GatewayExtension();
    }

    public GatewayExtension downstream(ProtocolSettings settings) {
        downstream = settings;
        return this;
    }

    public GatewayExtension upstream(UpstreamSettings settings) {
        upstream = settings;
        return this;
    }

    /** How many connections each listener takes; no limit unless told. */
    public GatewayExtension connections(ConnectionLimits limits) {
        connections = limits;
        return this;
    }

    /** What all connections together may hold for peers that do not take it. */
    public GatewayExtension maxQueuedBytes(long bytes) {
        maxQueuedBytes = bytes;
        return this;
    }

    /** One loop where a test counts connections: each loop has its own to an instance. */
    public GatewayExtension ioThreads(int n) {
        ioThreads = n;
        return this;
    }

    public GatewayExtension eviction(Function<String, EvictionPolicy> policies) {
        eviction = policies;
        return this;
    }

    public GatewayExtension policies(Function<String, CallPolicy> ofServices) {
        policies = ofServices;
        return this;
    }

    /** How many calls of a service may be in flight; any number unless told. */
    public GatewayExtension maxCalls(ToIntFunction<String> ofServices) {
        maxCalls = ofServices;
        return this;
    }

    public GatewayExtension revisionTrailer() {
        revisionTrailer = true;
        return this;
    }

    public GatewayExtension routes(Route... list) {
        routes = List.of(list);
        return this;
    }

    /** How the instances of a service are chosen among; in turn unless told. */
    public GatewayExtension balancers(Function<String, LoadBalancer> makers) {
        balancers = makers;
        return this;
    }

    /** Makes the gateway in another way than its public constructor does. */
    @FunctionalInterface
    public interface GatewayMaker {
        Gateway make(GatewaySettings settings, RouteTableRef tables, GatewayObserver observer);
    }

    public GatewayExtension madeBy(GatewayMaker otherMaker) {
        maker = otherMaker;
        return this;
    }

    /** Listeners with TLS, and one in clear text named {@code clear} beside them; TLS toward instances. */
    public GatewayExtension tls(TlsParts parts) {
        tls = parts;
        return this;
    }

    /** Makes the TLS of a gateway, before each test. */
    public interface TlsParts {

        TlsParts NONE = new TlsParts() {};

        /** TLS of listeners by name, {@code main} among them when there are any. */
        default Map<String, ListenerTls> listeners() throws IOException {
            return Map.of();
        }

        /** TLS toward instances, or null. */
        default UpstreamTls upstream() throws IOException {
            return null;
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        listenerTls = tls.listeners();
        upstreamTls = tls.upstream();
        observer = new GatewayObserver();
        tables = new RouteTableBuilder(balancers, routes, "static");
        ref = new RouteTableRef(tables.table());
        gateway = maker.make(
                new GatewaySettings(listeners(), ioThreads, maxQueuedBytes, service -> upstream, service -> upstreamTls)
                        .withRevisionTrailer(revisionTrailer)
                        .withEviction(eviction)
                        .withPolicies(policies, maxCalls),
                ref,
                observer);
        gateway.start();
    }

    private List<ListenerSettings> listeners() {
        List<ListenerSettings> listeners = new ArrayList<>();
        listenerTls.forEach(
                (name, t) -> listeners.add(new ListenerSettings(name, "127.0.0.1", 0, downstream, connections, t)));
        String clear = listeners.isEmpty() ? LISTENER : CLEAR;
        listeners.add(new ListenerSettings(clear, "127.0.0.1", 0, downstream, connections, null));
        return listeners;
    }

    // ---- for tests

    public Gateway gateway() {
        return gateway;
    }

    public int port() {
        return gateway.port(LISTENER);
    }

    public int port(String listener) {
        return gateway.port(listener);
    }

    /** The calls that have ended, and the counts of connections. */
    public GatewayObserver observer() {
        return observer;
    }

    /** The table that is routed by now. */
    public RouteTableRef tables() {
        return ref;
    }

    /** Registers a port of the loopback address as an instance of a service. */
    public void register(String service, int port) {
        register(service, "", port);
    }

    public void register(String service, String version, int port) {
        register(service, version, "127.0.0.1", port, false);
    }

    /** Registers an instance by any host. */
    public void registerHost(String service, String host, int port) {
        register(service, "", host, port, false);
    }

    /**
     * Registers an instance.
     *
     * @param asksForTls whether its registration asks for TLS
     */
    public void register(String service, String version, String host, int port, boolean asksForTls) {
        add(
                new EndpointId(service, host, port),
                Traits.builder().version(version).tls(asksForTls).build());
    }

    /** Registers a port of the loopback address as an instance with these traits. */
    public void register(String service, int port, Traits traits) {
        add(new EndpointId(service, "127.0.0.1", port), traits);
    }

    private void add(EndpointId id, Traits traits) {
        registered.add(new Instance(id, traits, "static", "", 0, 0, 0));
        publish();
    }

    /** Takes the instances of a service at a port out of the table, as a registry's deletion does. */
    public void unregister(String service, int port) {
        registered.removeIf(i -> i.id().service().equals(service) && i.id().port() == port);
        publish();
    }

    private void publish() {
        long newsNanos = System.nanoTime();
        tables.set("", registered);
        TableUpdate update = tables.build(++revision);
        ref.publish(update.table());
        update.removed().forEach(e -> gateway.retire(e, newsNanos));
    }

    /** The endpoint of a service at a port. */
    public Endpoint endpoint(String service, int port) {
        return ref.get().find(service, "127.0.0.1:" + port);
    }

    public RawHttp2Client client() {
        return client(PeerOptions.defaults());
    }

    public RawHttp2Client client(PeerOptions options) {
        RawHttp2Client c = RawHttp2Client.connect(port(), options);
        clients.add(c);
        return c;
    }

    /** A scripted instance, registered, whose streams the test plays itself. */
    public ScriptedInstance instance(String service) {
        return add(service, ScriptedInstance.start());
    }

    public ScriptedInstance instance(String service, Supplier<PeerOptions> options) {
        return add(service, ScriptedInstance.start(options));
    }

    public ScriptedInstance instance(String service, StreamScript script) {
        return add(service, ScriptedInstance.start(script));
    }

    public ScriptedInstance instance(String service, Supplier<PeerOptions> options, StreamScript script) {
        return add(service, ScriptedInstance.start(options, script));
    }

    private ScriptedInstance add(String service, ScriptedInstance instance) {
        instances.add(instance);
        register(service, instance.port());
        return instance;
    }

    /** A real gRPC server with the echo service, registered. */
    public TestServer server(String service) {
        TestServer s = close(TestServer.start());
        register(service, s.port());
        return s;
    }

    /** A real gRPC client that asks for a service by its authority. */
    public TestClient grpcClient(String authority) {
        return close(TestClient.connect(port(), authority));
    }

    public TestClient grpcClient(String authority, String grpcService, UnaryOperator<NettyChannelBuilder> custom) {
        return close(TestClient.connect(port(), authority, grpcService, custom));
    }

    /** Closes something after the test, before the gateway is closed. */
    public <T extends AutoCloseable> T close(T closeable) {
        others.add(closeable);
        return closeable;
    }

    // ---- after the test

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        List<Throwable> problems = new ArrayList<>();
        if (context.getExecutionException().isEmpty()) {
            check(problems, this::windowsAreRefilled);
        }
        clients.forEach(c -> check(problems, c::assertWindowsRespected));
        clients.forEach(c -> check(problems, c::close));
        for (AutoCloseable c : others) {
            check(problems, c::close);
        }
        check(problems, this::callsHaveEnded);
        instances.forEach(i -> check(problems, i::assertClean));
        check(problems, gateway::close);
        check(problems, this::closeTls);
        instances.forEach(i -> check(problems, i::close));
        check(problems, observer::assertAllClosed);
        clients.clear();
        instances.clear();
        others.clear();
        registered.clear();
        gateway = null;
        check(problems, LeakRecorder::assertNoLeaks);
        report(context, problems);
    }

    private static void report(ExtensionContext context, List<Throwable> problems) {
        if (problems.isEmpty()) {
            return;
        }
        AssertionError error =
                new AssertionError("after the test: " + problems.get(0).getMessage(), problems.get(0));
        problems.stream().skip(1).forEach(error::addSuppressed);
        if (context.getExecutionException().isPresent()) {
            // The test's own failure is the news; what it left behind is added to it.
            context.getExecutionException().get().addSuppressed(error);
            return;
        }
        throw error;
    }

    private void windowsAreRefilled() {
        for (RawHttp2Client c : clients) {
            awaitRefilled(c, "client's");
        }
        for (ScriptedInstance i : instances) {
            i.connections().forEach(c -> awaitRefilled(c, "instance's"));
        }
    }

    /** The gateway gives a connection's window back on receipt, in steps of half a window at most. */
    private static void awaitRefilled(RawHttp2Peer peer, String whose) {
        Pause.until(
                SETTLE,
                () -> "the window of a " + whose + " connection stays at " + peer.sendWindow(0),
                () -> peer.isClosed() || peer.isPaused() || peer.sendWindow(0) > 32_000);
    }

    private void callsHaveEnded() {
        Pause.until(
                SETTLE,
                () -> gateway.activeExchanges() + " calls have not ended",
                () -> gateway.activeExchanges() == 0);
        Pause.until(
                SETTLE,
                () -> observer.started() + " calls began, " + observer.calls().size() + " ended",
                () -> observer.started() == observer.calls().size());
        ref.get()
                .clusters()
                .forEach(c -> c.endpoints().forEach(e -> {
                    if (e.stats().inFlight() != 0) {
                        throw new AssertionError(e + " counts " + e.stats().inFlight() + " calls in flight");
                    }
                }));
    }

    /** Makes the TLS toward instances anew, for pools that are made from now on. */
    public void renewUpstreamTls() throws IOException {
        UpstreamTls before = upstreamTls;
        upstreamTls = tls.upstream();
        if (before != null) {
            before.close();
        }
    }

    private void closeTls() {
        listenerTls.values().forEach(ListenerTls::close);
        if (upstreamTls != null) {
            upstreamTls.close();
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void check(List<Throwable> problems, Step step) {
        try {
            step.run();
        } catch (Exception | AssertionError e) {
            problems.add(e);
        }
    }
}
