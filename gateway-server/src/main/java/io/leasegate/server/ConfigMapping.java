package io.leasegate.server;

import com.google.re2j.Pattern;
import io.leasegate.balance.BalancePolicy;
import io.leasegate.balance.BalanceSettings;
import io.leasegate.balance.HashKey;
import io.leasegate.discovery.DiscoverySettings;
import io.leasegate.discovery.EtcdSettings;
import io.leasegate.discovery.FileSettings;
import io.leasegate.discovery.HoldSettings;
import io.leasegate.discovery.LeaseSettings;
import io.leasegate.discovery.NamedSettings;
import io.leasegate.discovery.NamedSettings.Name;
import io.leasegate.discovery.StaticSettings;
import io.leasegate.dns.DnsSettings;
import io.leasegate.h2.GrpcStatus;
import io.leasegate.health.HealthSettings;
import io.leasegate.outlier.OutlierSettings;
import io.leasegate.proxy.ConnectionLife;
import io.leasegate.proxy.ConnectionLimits;
import io.leasegate.proxy.GatewaySettings;
import io.leasegate.proxy.KeepaliveSettings;
import io.leasegate.proxy.ListenerSettings;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.reflection.ReflectionSettings;
import io.leasegate.registration.HostPort;
import io.leasegate.resilience.CallPolicy;
import io.leasegate.resilience.HedgePolicy;
import io.leasegate.resilience.RetryPolicy;
import io.leasegate.resilience.TimeLimits;
import io.leasegate.routing.EvictionPolicy;
import io.leasegate.routing.Fault;
import io.leasegate.routing.HeaderChanges;
import io.leasegate.routing.HeaderMatch;
import io.leasegate.routing.Route;
import io.leasegate.routing.RouteMatch;
import io.leasegate.routing.TextMatch;
import io.leasegate.server.config.CallConfig;
import io.leasegate.server.config.ConfigurationException;
import io.leasegate.server.config.ConnectionsConfig;
import io.leasegate.server.config.DiscoveryConfig.StaticInstance;
import io.leasegate.server.config.DnsConfig;
import io.leasegate.server.config.EtcdConfig;
import io.leasegate.server.config.FileConfig;
import io.leasegate.server.config.GatewayConfig;
import io.leasegate.server.config.InstanceFile;
import io.leasegate.server.config.ListenerConfig;
import io.leasegate.server.config.Problem;
import io.leasegate.server.config.RouteConfig;
import io.leasegate.server.config.ServiceConfig;
import io.leasegate.server.config.UpstreamConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** From what the configuration says to what the core is made with. Stateless. */
public final class ConfigMapping {

    private static final int MAX_AUTO_PER_ADDRESS = 10_000;

    /** How many problems of a file are told in one message. */
    private static final int MAX_TOLD = 5;

    private ConfigMapping() {}

    static GatewaySettings gateway(GatewayConfig config, ProcessTls tls) {
        List<ListenerSettings> listeners = new ArrayList<>();
        for (ListenerConfig l : config.listeners()) {
            listeners.add(new ListenerSettings(
                    l.name(), l.address(), l.port(), l.protocol(), connections(l, config), tls.listener(l.name())));
        }
        return new GatewaySettings(
                listeners,
                config.io().threads(),
                GatewaySettings.shareOfMemory(config.io().maxQueued()),
                service -> upstream(config, service),
                tls::service,
                config.revisionTrailer(),
                service -> eviction(config.services().of(service).call().eviction()),
                policies(config),
                service -> maxCalls(config.services().of(service).limits()),
                dns(config));
    }

    private static Function<String, CallPolicy> policies(GatewayConfig config) {
        CallPolicy others = policy(config.services().defaults().call());
        Map<String, CallPolicy> byName = new HashMap<>();
        config.services().byName().forEach((name, service) -> byName.put(name, policy(service.call())));
        return service -> byName.getOrDefault(service, others);
    }

    private static int maxCalls(ServiceConfig.Limits limits) {
        return limits.streams() == null ? 0 : limits.streams();
    }

    private static CallPolicy policy(CallConfig call) {
        CallConfig.Timeouts t = call.timeouts();
        CallConfig.Retry r = call.retry();
        return new CallPolicy(
                new TimeLimits(
                        nanosOrNone(t.total()), nanosOrNone(t.idle()), nanosOrNone(t.streamAge()), t.streamAgeJitter()),
                new RetryPolicy(
                        r.attempts(),
                        r.statuses().stream().map(GrpcStatus::code).collect(Collectors.toSet()),
                        r.backoffInitial().toNanos(),
                        r.backoffMax().toNanos(),
                        r.budget(),
                        nanosOrNone(r.perTryTimeout()),
                        r.bufferBytes()),
                new HedgePolicy(call.hedge().attempts(), call.hedge().delay().toNanos()));
    }

    private static long nanosOrNone(@Nullable Duration period) {
        return period == null ? TimeLimits.NONE : period.toNanos();
    }

    private static EvictionPolicy eviction(CallConfig.Eviction e) {
        return switch (e.inFlight()) {
            case FINISH -> EvictionPolicy.FINISH;
            case CUT_AFTER -> new EvictionPolicy(e.cutAfter().toMillis());
            case CUT_NOW -> EvictionPolicy.CUT_NOW;
        };
    }

    static Duration evictionGoal(GatewayConfig config, String service) {
        return config.services().of(service).call().eviction().within();
    }

    static ConnectionLimits connections(ListenerConfig listener, GatewayConfig config) {
        return connections(
                listener.connections(), ProcessFiles.limit(), config.listeners().size());
    }

    /**
     * What {@code auto} comes to: the listeners share four fifths of the files that the process may have open, and an address gets half
     * of its listener's connections, so that nobody takes all; beyond 10,000 they would only cost memory.
     *
     * @param fileLimit 0 when it is not known
     */
    static ConnectionLimits connections(ConnectionsConfig c, long fileLimit, int listeners) {
        long share = fileLimit / 5 * 4 / listeners;
        int max = c.max() == ConnectionsConfig.AUTO ? (int) Math.min(share, Integer.MAX_VALUE) : c.max();
        int perAddress = c.maxPerAddress();
        if (perAddress == ConnectionsConfig.AUTO) {
            perAddress = max == ConnectionsConfig.NONE
                    ? MAX_AUTO_PER_ADDRESS
                    : Math.max(1, Math.min(max / 2, MAX_AUTO_PER_ADDRESS));
        }
        return new ConnectionLimits(max, perAddress, c.ratePerAddress());
    }

    private static UpstreamSettings upstream(GatewayConfig config, String service) {
        ServiceConfig.Limits limits = config.services().of(service).limits();
        return new UpstreamSettings(
                config.upstream().protocol(),
                Math.toIntExact(config.upstream().connectTimeout().toMillis()),
                limits.connectionsPerEndpoint(),
                limits.pending(),
                Math.toIntExact(limits.pendingTimeout().toMillis()),
                life(config.upstream().life()),
                keepalive(config.upstream().keepalive()),
                config.upstream().warm(),
                config.upstream().followNames());
    }

    private static ConnectionLife life(UpstreamConfig.Life life) {
        return ConnectionLife.DEFAULT
                .withIdle(millisOrZero(life.idleTimeout()))
                .withAge(millisOrZero(life.age()), life.ageJitter());
    }

    private static KeepaliveSettings keepalive(UpstreamConfig.Keepalive k) {
        return new KeepaliveSettings(millisOrZero(k.interval()), k.timeout().toMillis(), k.withoutCalls());
    }

    /** Zero is what stands for none; a period is at least a millisecond long. */
    private static long millisOrZero(@Nullable Duration period) {
        return period == null ? 0 : Math.max(1, period.toMillis());
    }

    static HealthSettings health(GatewayConfig config, String service) {
        ServiceConfig.GrpcHealth h = config.services().of(service).health();
        return new HealthSettings(
                h.enabled(), h.service(), h.interval().toMillis(), h.timeout().toMillis());
    }

    static ReflectionSettings reflection(GatewayConfig config, String service) {
        ServiceConfig.Reflection r = config.services().of(service).reflection();
        // Who asks for no health checks gets no other questions either.
        boolean enabled = r.enabled() && config.services().of(service).health().enabled();
        return new ReflectionSettings(enabled, r.timeout().toMillis());
    }

    static OutlierSettings outlier(GatewayConfig config, String service) {
        ServiceConfig.Outlier o = config.services().of(service).outlier();
        return new OutlierSettings(
                o.consecutiveFailures(), millisOrZero(o.interval()), millisOrZero(o.baseEjection()), o.maxEjected());
    }

    static BalanceSettings balance(GatewayConfig config, String service) {
        ServiceConfig.Balance b = config.services().of(service).balance();
        return new BalanceSettings(
                BalancePolicy.valueOf(b.policy().name()),
                hashKey(b.hashOn()),
                b.zoneAware() ? config.zone() : "",
                b.slowStart().toNanos(),
                b.panicThreshold());
    }

    private static @Nullable HashKey hashKey(ServiceConfig.@Nullable HashOn on) {
        if (on == null) {
            return null;
        }
        return switch (on.source()) {
            case HEADER -> new HashKey.Header(on.header());
            case AUTHORITY -> new HashKey.Authority();
            case SOURCE -> new HashKey.Source();
        };
    }

    /** The routes in their order. */
    static List<Route> routes(GatewayConfig config) {
        List<Route> routes = new ArrayList<>();
        for (RouteConfig r : config.routes()) {
            List<Route.Target> targets = new ArrayList<>();
            for (RouteConfig.Destination to : r.destinations()) {
                targets.add(new Route.Target(
                        to.service(),
                        to.subset(),
                        to.weight(),
                        eviction(to.call().eviction()),
                        policy(to.call())));
            }
            HeaderChanges changes = new HeaderChanges(edit(r.requestHeaders()), edit(r.responseHeaders()));
            routes.add(new Route(
                    match(r.match()), targets, changes, mirror(r.mirror()), fault(r.fault()), r.versionHeader()));
        }
        return routes;
    }

    private static Route.@Nullable Mirror mirror(RouteConfig.@Nullable Mirror m) {
        return m == null ? null : new Route.Mirror(m.service(), m.subset(), m.share(), m.bufferBytes());
    }

    private static @Nullable Fault fault(RouteConfig.@Nullable Fault f) {
        if (f == null) {
            return null;
        }
        RouteConfig.Delay delay = f.delay();
        RouteConfig.Abort abort = f.abort();
        return new Fault(
                delay == null ? 0 : delay.share(),
                delay == null ? 0 : delay.duration().toNanos(),
                abort == null ? 0 : abort.share(),
                abort == null ? 0 : abort.status().code(),
                abort == null ? "" : abort.message());
    }

    private static HeaderChanges.Edit edit(RouteConfig.HeaderChanges c) {
        return new HeaderChanges.Edit(c.remove(), c.set(), c.add());
    }

    private static RouteMatch match(RouteConfig.Match m) {
        List<HeaderMatch> headers = new ArrayList<>();
        for (RouteConfig.HeaderCondition h : m.headers()) {
            headers.add(new HeaderMatch(h.name(), text(h.value())));
        }
        TextMatch identity = m.identity() == null ? null : text(m.identity());
        if (m.grpcService() == null) {
            return new RouteMatch(
                    m.path(), m.pathPrefix(), m.authority(), headers, identity, m.listener(), m.sources());
        }
        RouteMatch byService = RouteMatch.grpc(m.grpcService(), m.grpcMethod());
        return new RouteMatch(
                byService.path(), byService.pathPrefix(), m.authority(), headers, identity, m.listener(), m.sources());
    }

    private static TextMatch text(RouteConfig.TextCondition c) {
        return switch (c.kind()) {
            case EXACT -> new TextMatch.Exact(c.value());
            case PREFIX -> new TextMatch.Prefix(c.value());
            case REGEX -> new TextMatch.Regex(Pattern.compile(c.value()));
            case PRESENT -> new TextMatch.Present(Boolean.parseBoolean(c.value()));
        };
    }

    static DiscoverySettings discovery(GatewayConfig config) {
        EtcdConfig etcd = config.discovery().etcd();
        return discovery(config, etcd == null ? null : safe(etcd));
    }

    /** All sources as they are read for a look at them, and not for routing. */
    public static DiscoverySettings look(GatewayConfig config) {
        EtcdConfig etcd = config.discovery().etcd();
        return discovery(config, etcd == null ? null : etcd(etcd));
    }

    private static DiscoverySettings discovery(GatewayConfig config, @Nullable EtcdSettings etcd) {
        Map<String, List<Name>> names = config.discovery().dnsServices();
        Map<String, List<StaticInstance>> statics = config.discovery().staticServices();
        return new DiscoverySettings(
                etcd,
                file(config.discovery().file()),
                names.isEmpty() ? null : new NamedSettings(names, dns(config)),
                statics.isEmpty() ? null : instances(statics));
    }

    static DnsSettings dns(GatewayConfig config) {
        DnsConfig dns = config.dns();
        return new DnsSettings(
                dns.nameServers(),
                dns.timeout().toMillis(),
                dns.minInterval().toMillis(),
                dns.maxInterval().toMillis());
    }

    private static @Nullable FileSettings file(@Nullable FileConfig file) {
        return file == null
                ? null
                : new FileSettings(
                        file.path(),
                        Math.max(1, file.interval().toMillis()),
                        content -> instances(file.path(), content));
    }

    private static StaticSettings instances(Path file, byte[] content) throws IOException {
        try {
            return instances(InstanceFile.read(file, content));
        } catch (ConfigurationException e) {
            List<Problem> some = e.problems().stream().limit(MAX_TOLD).toList();
            int untold = e.problems().size() - some.size();
            throw new IOException(
                    some.stream().map(Problem::toString).collect(Collectors.joining("; "))
                            + (untold == 0 ? "" : "; and " + untold + " more (leasegate check has all)"),
                    e);
        }
    }

    private static StaticSettings instances(Map<String, List<StaticInstance>> services) {
        Map<String, List<StaticSettings.StaticInstance>> byName = new LinkedHashMap<>();
        services.forEach((service, list) -> byName.put(
                service,
                list.stream()
                        .map(i -> new StaticSettings.StaticInstance(
                                new HostPort(i.host(), i.port()).toString(),
                                i.weight(),
                                i.version(),
                                Map.copyOf(i.metadata())))
                        .toList()));
        return new StaticSettings(byName);
    }

    /** As a gateway reads it: with what protects it from a registry that is sick. */
    private static EtcdSettings safe(EtcdConfig etcd) {
        EtcdConfig.Hold h = etcd.hold();
        return etcd(etcd)
                .withHold(new HoldSettings(
                        h.enabled(), h.share(), h.minInstances(), h.window().toMillis()))
                .withLeases(new LeaseSettings(
                        etcd.leases().checksPerSecond(), etcd.leases().fadeBelow()))
                .withSavedTable(etcd.savedTable());
    }

    private static EtcdSettings etcd(EtcdConfig etcd) {
        EtcdConfig.Credentials user = etcd.credentials();
        return EtcdSettings.of(etcd.endpoints().stream().map(URI::toString).toList())
                .withKeyPrefixes(etcd.prefixes())
                .withFormats(List.copyOf(etcd.formats()))
                .withUser(user == null ? null : user.username(), user == null ? null : user.password())
                .withTls(etcd.tls());
    }
}
