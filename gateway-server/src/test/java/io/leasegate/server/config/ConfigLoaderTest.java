package io.leasegate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.discovery.NamedSettings.Family;
import io.leasegate.discovery.NamedSettings.Host;
import io.leasegate.discovery.NamedSettings.Servers;
import io.leasegate.h2.GrpcStatus;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.registration.KeyPrefix;
import io.leasegate.routing.AddressRange;
import io.leasegate.routing.Subset;
import io.leasegate.routing.VersionMatch;
import io.leasegate.server.config.CallConfig.Eviction;
import io.leasegate.server.config.CallConfig.Hedge;
import io.leasegate.server.config.CallConfig.InFlight;
import io.leasegate.server.config.CallConfig.Retry;
import io.leasegate.server.config.CallConfig.Timeouts;
import io.leasegate.server.config.DiscoveryConfig.StaticInstance;
import io.leasegate.server.config.EtcdConfig.Credentials;
import io.leasegate.server.config.RouteConfig.Abort;
import io.leasegate.server.config.RouteConfig.Delay;
import io.leasegate.server.config.RouteConfig.Destination;
import io.leasegate.server.config.RouteConfig.Fault;
import io.leasegate.server.config.RouteConfig.HeaderChanges;
import io.leasegate.server.config.RouteConfig.HeaderCondition;
import io.leasegate.server.config.RouteConfig.Match;
import io.leasegate.server.config.RouteConfig.Mirror;
import io.leasegate.server.config.RouteConfig.TextCondition;
import io.leasegate.server.config.RouteConfig.TextKind;
import io.leasegate.server.config.ServiceConfig.Balance;
import io.leasegate.server.config.ServiceConfig.GrpcHealth;
import io.leasegate.server.config.ServiceConfig.HashOn;
import io.leasegate.server.config.ServiceConfig.HashSource;
import io.leasegate.server.config.ServiceConfig.Limits;
import io.leasegate.server.config.ServiceConfig.Outlier;
import io.leasegate.server.config.ServiceConfig.Policy;
import io.leasegate.tls.ClientTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Good files become the records they describe. */
class ConfigLoaderTest {

    private static final String ETCD = "leasegate.discovery.etcd.endpoints = [ \"http://127.0.0.1:2379\" ]\n";

    private static final ConnectionsConfig AUTO_CONNECTIONS =
            new ConnectionsConfig(ConnectionsConfig.AUTO, ConnectionsConfig.AUTO, ConnectionsConfig.NONE);

    private static final CallConfig DEFAULT_CALL = new CallConfig(
            new Retry(
                    1,
                    Set.of(GrpcStatus.UNAVAILABLE),
                    Duration.ofMillis(25),
                    Duration.ofMillis(250),
                    0.2,
                    null,
                    64 * 1024),
            new Hedge(1, Duration.ofMillis(50)),
            new Timeouts(null, null, null, 0.1),
            new Eviction(InFlight.FINISH, Duration.ofSeconds(30), Duration.ofMillis(5)));

    @TempDir
    private Path directory = Path.of("");

    @Test
    void theSmallestFileGetsAllDefaults() throws Exception {
        GatewayConfig config = load("""
                leasegate {
                  listeners = [ { address = "127.0.0.1", port = 8080 } ]
                  discovery.etcd.endpoints = [ "http://127.0.0.1:2379" ]
                }
                """);

        assertThat(config.listeners())
                .containsExactly(new ListenerConfig(
                        "listener-0", "127.0.0.1", 8080, null, ProtocolSettings.DEFAULT, AUTO_CONNECTIONS));
        assertThat(config.admin()).isEqualTo(new AdminConfig("127.0.0.1", 9900, 1000));
        assertThat(config.io().threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(config.discovery().etcd())
                .isEqualTo(new EtcdConfig(
                        List.of(URI.create("http://127.0.0.1:2379")),
                        List.of(KeyPrefix.of("/")),
                        List.of("auto"),
                        null,
                        null,
                        new EtcdConfig.Hold(true, 0.7, 5, Duration.ofSeconds(10)),
                        new EtcdConfig.Leases(20, 0),
                        null));
        assertThat(config.discovery().staticServices()).isEmpty();
        assertThat(config.routes()).isEmpty();
        assertThat(config.zone()).isEmpty();
        assertThat(config.upstream())
                .isEqualTo(new UpstreamConfig(
                        Duration.ofSeconds(3),
                        ProtocolSettings.DEFAULT,
                        new UpstreamConfig.Life(Duration.ofMinutes(5), null, 0.1),
                        new UpstreamConfig.Keepalive(null, Duration.ofSeconds(5), false),
                        false,
                        true));
        assertThat(config.tls()).isEqualTo(new TlsConfig(TlsConfig.Provider.AUTO, Duration.ofSeconds(5)));
        assertThat(config.drain()).isEqualTo(new DrainConfig(Duration.ofSeconds(30)));
        assertThat(config.accessLog()).isEqualTo(new AccessLogConfig(true, LogFormat.TEXT, null));
        assertThat(config.log()).isEqualTo(new LogConfig(LogConfig.Level.INFO, LogFormat.TEXT));
        assertThat(config.services().byName()).isEmpty();
        assertThat(config.services().of("any"))
                .isEqualTo(new ServiceConfig(
                        new Balance(Policy.LEAST_REQUEST, null, true, Duration.ofSeconds(10), 0.5),
                        new GrpcHealth(true, "", Duration.ofSeconds(5), Duration.ofSeconds(1)),
                        new ServiceConfig.Reflection(true, Duration.ofSeconds(2)),
                        new Outlier(5, Duration.ofSeconds(10), Duration.ofSeconds(30), 0.5),
                        new Limits(4, null, 1000, Duration.ofSeconds(1), false),
                        new ServiceConfig.Tls(false, ClientTls.DEFAULT),
                        DEFAULT_CALL));
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void withoutListenersThereIsOne() throws Exception {
        assertThat(load(ETCD).listeners()).singleElement().satisfies(l -> {
            assertThat(l.address()).isEqualTo("127.0.0.1");
            assertThat(l.port()).isEqualTo(8080);
        });
    }

    @Test
    void listenersTakeFromTheDefaultsWhatTheyLeaveOut() throws Exception {
        GatewayConfig config = load(ETCD + """
                leasegate.listeners = [
                  { port = 0 }
                  { name = v6, address = "::1", port = 0, max-concurrent-streams = 7, rapid-reset.max = 3 }
                  { address = "localhost", port = 443, initial-window = 1MiB, max-header-list = 2KiB, rapid-reset.within = 1m }
                ]
                """);

        assertThat(config.listeners())
                .containsExactly(
                        new ListenerConfig(
                                "listener-0", "127.0.0.1", 0, null, ProtocolSettings.DEFAULT, AUTO_CONNECTIONS),
                        new ListenerConfig(
                                "v6",
                                "::1",
                                0,
                                null,
                                new ProtocolSettings(7, 256 * 1024, 64 * 1024, 3, 10),
                                AUTO_CONNECTIONS),
                        new ListenerConfig(
                                "listener-2",
                                "localhost",
                                443,
                                null,
                                new ProtocolSettings(1_000, 1024 * 1024, 2048, 20_000, 60),
                                AUTO_CONNECTIONS));
    }

    @Test
    void limitsOfPeers() throws Exception {
        GatewayConfig config = load(ETCD + """
                leasegate.listeners = [ {
                  frame-flood { max = 5, within = 2s }, header-timeout = 3s, write-timeout = none
                  connections { max = 100, max-per-address = none, rate-per-address = 7 }
                } ]
                leasegate.upstream { frame-flood { max = 6, within = 1m }, header-timeout = 4s, write-timeout = 30s }
                """);

        ListenerConfig listener = config.listeners().get(0);
        assertThat(listener.protocol().floods()).isEqualTo(new ProtocolSettings.Floods(20_000, 10, 5, 2));
        assertThat(listener.protocol().timeouts()).isEqualTo(new ProtocolSettings.Timeouts(3, 0));
        assertThat(listener.connections()).isEqualTo(new ConnectionsConfig(100, ConnectionsConfig.NONE, 7));
        assertThat(config.upstream().protocol().floods().maxUselessFrames()).isEqualTo(6);
        assertThat(config.upstream().protocol().floods().uselessSeconds()).isEqualTo(60);
        assertThat(config.upstream().protocol().timeouts()).isEqualTo(new ProtocolSettings.Timeouts(4, 30));
    }

    @Test
    void etcdInFull() throws Exception {
        GatewayConfig config = load("""
                leasegate.discovery.etcd {
                  endpoints = "http://a:1, http://[::1]:2/"
                  prefixes = [ "/a/", "/a/b/", "x", "/a/" ]
                  formats = [ etcd-naming, seed ]
                  username = gate
                  password = "s3 cret"
                }
                """);

        EtcdConfig etcd = config.discovery().etcd();
        assertThat(etcd)
                .isEqualTo(new EtcdConfig(
                        List.of(URI.create("http://a:1"), URI.create("http://[::1]:2")),
                        List.of(KeyPrefix.of("/a/"), KeyPrefix.of("x")),
                        List.of("etcd-naming", "seed"),
                        new Credentials("gate", "s3 cret"),
                        null,
                        new EtcdConfig.Hold(true, 0.7, 5, Duration.ofSeconds(10)),
                        new EtcdConfig.Leases(20, 0),
                        null));
        assertThat(config.toString()).contains("gate").doesNotContain("s3 cret");
    }

    @Test
    void anEmptyPrefixIsTheWholeKeySpace() throws Exception {
        EtcdConfig etcd = load(ETCD + "leasegate.discovery.etcd.prefixes = [ \"/a\", \"\" ]")
                .discovery()
                .etcd();

        assertThat(etcd).isNotNull();
        assertThat(etcd.prefixes()).containsExactly(KeyPrefix.of(""));
    }

    @Test
    void aPrefixMayHaveAFormatAndAService() throws Exception {
        EtcdConfig etcd = load(ETCD + """
                leasegate.discovery.etcd {
                  formats = [ auto, go-kit ]
                  prefixes = [
                    "/a/", "/a/plain/"
                    { prefix = "b/", format = go-kit, service = "name" }
                    { prefix = "/a/c/", format = auto }
                    "/a/c/d/"
                    { prefix = "b/", format = go-kit, service = name }
                    { prefix = "" }
                  ]
                }
                """).discovery().etcd();

        assertThat(etcd).isNotNull();
        assertThat(etcd.formats()).containsExactly("auto", "go-kit");
        // "/a/" adds nothing to "", but what is not plain, and what is under it, says something of its own
        assertThat(etcd.prefixes())
                .containsExactly(
                        new KeyPrefix("b/", "go-kit", "name"),
                        new KeyPrefix("/a/c/", "auto", ""),
                        KeyPrefix.of("/a/c/d/"),
                        KeyPrefix.of(""));
    }

    @Test
    void staticServicesAloneAreEnough() throws Exception {
        GatewayConfig config = load("""
                leasegate.discovery.static.services {
                  echo = [
                    { address = "127.0.0.1:1", weight = 0, version = 1.10, metadata { zone = a, rank = 3 } }
                    { address = "[::1]:2" }
                  ]
                  "shop.Orders" = [ { address = "orders.internal:3" } ]
                  none = []
                }
                """);

        assertThat(config.discovery().etcd()).isNull();
        assertThat(config.discovery().staticServices())
                .containsExactly(
                        Map.entry(
                                "echo",
                                List.of(
                                        new StaticInstance("127.0.0.1", 1, 0, "1.10", Map.of("zone", "a", "rank", "3")),
                                        new StaticInstance("::1", 2, 1, "", Map.of()))),
                        Map.entry("shop.Orders", List.of(new StaticInstance("orders.internal", 3, 1, "", Map.of()))),
                        Map.entry("none", List.of()));
    }

    @Test
    void namesAloneAreEnough() throws Exception {
        GatewayConfig config = load("""
                leasegate.discovery.dns.services {
                  echo = [
                    "echo.internal:1"
                    "_grpc._tcp.echo.internal"
                    { address = "v6.internal:2", family = ipv6, weight = 0, version = 1.10, metadata { zone = a } }
                    { srv = echo.service.consul, version = 2 }
                  ]
                }
                leasegate.dns { name-servers = [ "10.0.0.2", "fd00::2", "[fd00::3]:5353", "10.0.0.3:54" ], max-interval = 30s }
                """);

        assertThat(config.discovery().dnsServices())
                .containsExactly(Map.entry(
                        "echo",
                        List.of(
                                new Host("echo.internal", 1, Family.ANY, 1, "", Map.of()),
                                new Servers("_grpc._tcp.echo.internal", "", Map.of()),
                                new Host("v6.internal", 2, Family.IPV6, 0, "1.10", Map.of("zone", "a")),
                                new Servers("echo.service.consul", "2", Map.of()))));
        assertThat(config.dns())
                .isEqualTo(new DnsConfig(
                        List.of(
                                new InetSocketAddress("10.0.0.2", 53),
                                new InetSocketAddress("fd00::2", 53),
                                new InetSocketAddress("fd00::3", 5353),
                                new InetSocketAddress("10.0.0.3", 54)),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(30)));
        assertThat(load(ETCD).dns().nameServers()).as("those of the system").isEmpty();
    }

    @Test
    void aServiceLiesOverTheDefaultOfServicesAndThatOverTheDefaults() throws Exception {
        GatewayConfig config = load(ETCD + """
                leasegate.services {
                  echo { timeouts.total = 2s, limits.streams = 10 }
                  default { timeouts { total = 9s, idle = 1m }, limits { streams = 100, pending = 5 }, retry.attempts = 3 }
                  "shop.Orders" { timeouts.idle = none, balance { policy = maglev, hash-on { header = X-User } } }
                }
                """);

        ServicesConfig services = config.services();
        assertThat(services.byName().keySet()).containsExactly("echo", "shop.Orders");
        assertThat(services.of("echo").call().timeouts())
                .isEqualTo(new Timeouts(Duration.ofSeconds(2), Duration.ofMinutes(1), null, 0.1));
        assertThat(services.of("echo").limits()).isEqualTo(new Limits(4, 10, 5, Duration.ofSeconds(1), false));
        assertThat(services.of("shop.Orders").call().timeouts())
                .isEqualTo(new Timeouts(Duration.ofSeconds(9), null, null, 0.1));
        assertThat(services.of("shop.Orders").balance().hashOn()).isEqualTo(new HashOn(HashSource.HEADER, "x-user"));
        assertThat(services.of("other").limits()).isEqualTo(new Limits(4, 100, 5, Duration.ofSeconds(1), false));
        assertThat(services.of("other").call().retry().attempts()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"authority, AUTHORITY", "source, SOURCE"})
    void whatIsHashed(String written, HashSource source) throws Exception {
        GatewayConfig config =
                load(ETCD + "leasegate.services.default.balance { policy = ring-hash, hash-on = " + written + " }");

        assertThat(config.services().of("a").balance().hashOn()).isEqualTo(new HashOn(source, ""));
    }

    @Test
    void routesInFull() throws Exception {
        GatewayConfig config = load(ETCD + """
                leasegate.services.orders { retry { attempts = 2 }, timeouts.total = 8s }
                leasegate.routes = [
                  {
                    match {
                      grpc-service = "shop.Orders", grpc-method = Place, authority = "shop.example.com"
                      headers {
                        X-Tenant = acme
                        x-version = 2
                        a { prefix = b }
                        b { regex = "[0-9]+" }
                        c { present = false }
                      }
                      identity { prefix = "spiffe://lab/" }
                      listener = listener-0, source = [ 10.0.0.0/8, "fd00::1" ]
                    }
                    service = orders
                    version = 2.0
                    tags = [ canary ], metadata { zone = eu }
                    version-header = X-Version
                    mirror { service = shadow, version = "^3", percent = 12.5%, buffer = 64KiB }
                    fault { delay.duration = 20ms, abort { status = ABORTED, message = "tested", percent = 1% } }
                    headers {
                      request { set { X-A = "1" }, add { b = "x y" }, remove = [ C ] }
                      response.remove = [ server ]
                    }
                    timeouts.idle = 3s
                    retry.budget = 5%
                  }
                  { match.path-prefix = "/shop.", split = [ { service = orders, weight = 9 }, { service = other, version = v2 } ] }
                ]
                """);

        CallConfig ofOrders = config.services().of("orders").call();
        assertThat(config.routes()).hasSize(2);
        RouteConfig first = config.routes().get(0);
        assertThat(first.match())
                .isEqualTo(new Match(
                        null,
                        null,
                        "shop.Orders",
                        "Place",
                        "shop.example.com",
                        List.of(
                                new HeaderCondition("x-tenant", new TextCondition(TextKind.EXACT, "acme")),
                                new HeaderCondition("x-version", new TextCondition(TextKind.EXACT, "2")),
                                new HeaderCondition("a", new TextCondition(TextKind.PREFIX, "b")),
                                new HeaderCondition("b", new TextCondition(TextKind.REGEX, "[0-9]+")),
                                new HeaderCondition("c", new TextCondition(TextKind.PRESENT, "false"))),
                        new TextCondition(TextKind.PREFIX, "spiffe://lab/"),
                        "listener-0",
                        List.of(
                                new AddressRange(new byte[] {10, 0, 0, 0}, 8, "10.0.0.0/8"),
                                new AddressRange(
                                        new byte[] {(byte) 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
                                        128,
                                        "fd00::1"))));
        assertThat(first.versionHeader()).isEqualTo("x-version");
        assertThat(first.destinations())
                .containsExactly(new Destination(
                        "orders",
                        new Subset(VersionMatch.of("2.0"), Set.of("canary"), Map.of("zone", "eu")),
                        1,
                        new CallConfig(
                                new Retry(
                                        2,
                                        Set.of(GrpcStatus.UNAVAILABLE),
                                        Duration.ofMillis(25),
                                        Duration.ofMillis(250),
                                        0.05,
                                        null,
                                        65536),
                                ofOrders.hedge(),
                                new Timeouts(Duration.ofSeconds(8), Duration.ofSeconds(3), null, 0.1),
                                ofOrders.eviction())));
        assertThat(first.mirror())
                .isEqualTo(new Mirror("shadow", new Subset(VersionMatch.of("^3"), Set.of(), Map.of()), 0.125, 65536));
        assertThat(first.fault())
                .isEqualTo(
                        new Fault(new Delay(Duration.ofMillis(20), 1), new Abort(GrpcStatus.ABORTED, "tested", 0.01)));
        assertThat(first.requestHeaders())
                .isEqualTo(new HeaderChanges(Map.of("x-a", "1"), Map.of("b", "x y"), List.of("c")));
        assertThat(first.responseHeaders()).isEqualTo(new HeaderChanges(Map.of(), Map.of(), List.of("server")));
        RouteConfig second = config.routes().get(1);
        assertThat(second.match())
                .isEqualTo(new Match(null, "/shop.", null, null, null, List.of(), null, null, List.of()));
        assertThat(second.destinations())
                .containsExactly(
                        new Destination("orders", Subset.ALL, 9, ofOrders),
                        new Destination("other", Subset.ofVersion("v2"), 1, DEFAULT_CALL));
        assertThat(second.versionHeader()).isEmpty();
        assertThat(second.mirror()).isNull();
        assertThat(second.fault()).isNull();
        assertThat(second.requestHeaders().isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "1ns, PT0.000000001S",
        "7us, PT0.000007S",
        "250ms, PT0.25S",
        "0s, PT0S",
        "1.5s, PT1.5S",
        "2m, PT2M",
        "3h, PT3H",
        "1d, PT24H",
        "'5 s', PT5S"
    })
    void durations(String written, Duration expected) throws Exception {
        assertThat(load(ETCD + "leasegate.drain.grace = " + written).drain().grace())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1024B, 1024", "2KiB, 2048", "1.5MiB, 1572864", "0.0625GiB, 67108864"})
    void sizes(String written, int expected) throws Exception {
        assertThat(load(ETCD + "leasegate.upstream.initial-window = " + written)
                        .upstream()
                        .protocol()
                        .initialWindowBytes())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0%, 0", "0.5%, 0.005", "10%, 0.1", "100%, 1"})
    void shares(String written, double expected) throws Exception {
        assertThat(load(ETCD + "leasegate.services.default.retry.budget = " + written)
                        .services()
                        .of("a")
                        .call()
                        .retry()
                        .budget())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "0.0.0.0",
                "::",
                "::1",
                "fe80::1",
                "::ffff:10.0.0.1",
                "localhost",
                "a-b.example.com",
                "x_y",
                "1a"
            })
    void addresses(String address) throws Exception {
        assertThat(load(ETCD + "leasegate.admin.address = \"" + address + "\"")
                        .admin()
                        .address())
                .isEqualTo(address);
    }

    @Test
    void theAccessLogGoesToAFileBesideTheConfiguration() throws Exception {
        assertThat(load(ETCD + "leasegate.access-log { output = \"access.log\", format = json, enabled = false }")
                        .accessLog())
                .isEqualTo(new AccessLogConfig(false, LogFormat.JSON, directory.resolve("access.log")));
        assertThat(directory.resolve("access.log")).doesNotExist();
    }

    @Test
    void environmentAndIncludesWork() throws Exception {
        Files.writeString(directory.resolve("part.conf"), "leasegate.admin.port = 1234\n");
        GatewayConfig config = load(ETCD + """
                include "part.conf"
                leasegate.services.default.health.grpc.service = ${PATH}
                leasegate.drain.grace = 7s
                leasegate.drain.grace = ${?LEASEGATE_TEST_NOT_SET}
                """);

        assertThat(config.admin().port()).isEqualTo(1234);
        assertThat(config.services().of("a").health().service()).isEqualTo(System.getenv("PATH"));
        assertThat(config.drain().grace()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void aSettingWithoutEffectYetIsAWarningWithItsLine() throws Exception {
        GatewayConfig config = load(ETCD + "leasegate.services.a.limits.adaptive = true\n"
                + "leasegate.services.b.limits.adaptive = true\n");

        Path file = directory.resolve("gate.conf");
        assertThat(config.warnings())
                .extracting(Problem::toString)
                .containsExactly(
                        "leasegate.services.a.limits.adaptive: read and checked, but without effect in this version, "
                                + file + ": line 2",
                        "leasegate.services.b.limits.adaptive: read and checked, but without effect in this version, "
                                + file + ": line 3");
    }

    @Test
    void anIncludeThatBringsNothingIsAWarning() throws Exception {
        Files.writeString(directory.resolve("there.conf"), "leasegate.zone = a");
        GatewayConfig config =
                load(ETCD + "include \"there.conf\"\ninclude \"ther.conf\"\ninclude file(\"/nowhere.conf\")\n");

        Path file = directory.resolve("gate.conf");
        assertThat(config.zone()).isEqualTo("a");
        assertThat(config.warnings())
                .extracting(Problem::toString)
                .filteredOn(w -> w.startsWith("include"))
                .containsExactly(
                        "include \"/nowhere.conf\" brings nothing: there is no such file, or nothing is in it (write include"
                                + " required(\"/nowhere.conf\") where it must be there), " + file,
                        "include \"ther.conf\" brings nothing: there is no such file, or nothing is in it (write include"
                                + " required(\"ther.conf\") where it must be there), " + file);
    }

    private GatewayConfig load(String text) throws IOException, ConfigurationException {
        return ConfigLoader.load(Files.writeString(directory.resolve("gate.conf"), text));
    }
}
