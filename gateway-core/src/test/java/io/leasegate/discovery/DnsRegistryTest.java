package io.leasegate.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.discovery.NamedSettings.Family;
import io.leasegate.discovery.NamedSettings.Host;
import io.leasegate.discovery.NamedSettings.Name;
import io.leasegate.discovery.NamedSettings.Servers;
import io.leasegate.dns.DnsSettings;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.testkit.DnsServer;
import io.leasegate.testkit.Pause;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The table follows what a real name server says, and keeps what it said while it says nothing. */
@Timeout(60)
class DnsRegistryTest {

    private final DnsServer server = DnsServer.start();
    private final List<SourceRead> reads = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private Discovery discovery;

    private static Name host(String name) {
        return new Host(name, 50051, Family.ANY, 1, "", Map.of());
    }

    private void follow(Map<String, List<Name>> services) {
        DnsSettings dns = new DnsSettings(List.of(server.socketAddress()), 200, 50, 100);
        discovery = new Discovery(
                new DiscoverySettings(null, null, new NamedSettings(services, dns), null),
                name -> new RoundRobinLoadBalancer(),
                List.of(),
                new DiscoveryListener() {
                    @Override
                    public void onSourceRead(String source, SourceRead result) {
                        reads.add(result);
                    }
                });
        discovery.start();
    }

    @AfterEach
    void close() {
        discovery.close();
        server.close();
    }

    private String table() {
        TreeSet<String> lines = new TreeSet<>();
        discovery
                .tables()
                .get()
                .clusters()
                .forEach(c -> c.endpoints()
                        .forEach(e -> lines.add(e.id() + " " + e.instance().weight())));
        return String.join(", ", lines);
    }

    private void expectTable(String expected) {
        Pause.until(
                Duration.ofSeconds(20),
                () -> table() + ", expected " + expected + "; " + discovery.status(),
                () -> table().equals(expected));
    }

    private RegistryStatus status() {
        return discovery.status("dns");
    }

    private void expectError(String part) {
        Pause.until(
                Duration.ofSeconds(20),
                () -> status() + ", expected " + part,
                () -> status().error().contains(part));
    }

    private void expectNoError() {
        Pause.until(
                Duration.ofSeconds(20),
                () -> status().toString(),
                () -> status().error().isEmpty());
    }

    private void awaitReads(int more) {
        int goal = reads.size() + more;
        Pause.until(Duration.ofSeconds(20), () -> reads.toString(), () -> reads.size() >= goal);
    }

    @Test
    void eachAddressOfANameIsAnInstanceAndChangesAreFollowed() throws Exception {
        server.a("greeter.test", 1, "10.0.0.1", "10.0.0.2").aaaa("greeter.test", 1, "fd00::1");
        Name v6 = new Host("greeter.test", 50052, Family.IPV6, 3, "2.0", Map.of("zone", "b"));
        follow(Map.of("echo", List.of(host("greeter.test"), v6)));
        assertThat(discovery.awaitFirstSnapshot(Duration.ofSeconds(20))).isTrue();
        expectTable(
                "echo@10.0.0.1:50051 1, echo@10.0.0.2:50051 1, echo@[fd00::1]:50051 1," + " echo@[fd00::1]:50052 3");
        assertThat(discovery.tables().get().source()).isEqualTo("dns");
        Endpoint e = discovery.tables().get().find("echo", "[fd00::1]:50052");
        assertThat(e).isNotNull();
        assertThat(e.instance().version()).isEqualTo("2.0");
        assertThat(e.instance().metadata()).containsEntry("zone", "b");
        assertThat(e.instance().traits().zone()).isEqualTo("b");
        assertThat(e.instance().format()).isEqualTo("dns");
        assertThat(e.instance().key()).isEqualTo("greeter.test:50052");
        Endpoint kept = discovery.tables().get().find("echo", "10.0.0.2:50051");

        server.a("greeter.test", 1, "10.0.0.2", "10.0.0.3");
        expectTable(
                "echo@10.0.0.2:50051 1, echo@10.0.0.3:50051 1, echo@[fd00::1]:50051 1," + " echo@[fd00::1]:50052 3");
        assertThat(discovery.tables().get().find("echo", "10.0.0.2:50051")).isSameAs(kept);
        assertThat(status().connected()).isTrue();
        assertThat(status().keys()).isEqualTo(2);
        assertThat(reads).containsOnly(SourceRead.OK);
    }

    @Test
    void theServersOfTheLowestPriorityAreInstancesByTheirNames() throws Exception {
        server.srv(
                "_grpc._tcp.greeter.test",
                1,
                "10 5 50051 a.test",
                "10 0 50052 b.test",
                "20 9 50053 backup.test",
                "10 7 0 noport.test");
        follow(Map.of("echo", List.of(new Servers("_grpc._tcp.greeter.test", "", Map.of()))));
        expectTable("echo@a.test:50051 5, echo@b.test:50052 1");
        server.srv("_grpc._tcp.greeter.test", 1, "20 9 50053 backup.test");
        expectTable("echo@backup.test:50053 9");
        server.srv("_grpc._tcp.greeter.test", 1, "0 0 0 .");
        expectTable("");
        expectError("_grpc._tcp.greeter.test: the name says that the service is not available");
        assertThat(status().connected()).isTrue();
    }

    @Test
    void aNameThatIsGoneIsBelievedAtTheSecondTimeAndFailuresNever() throws Exception {
        server.a("greeter.test", 60, "10.0.0.1");
        follow(Map.of("echo", List.of(host("greeter.test"))));
        expectTable("echo@10.0.0.1:50051 1");

        server.fail("greeter.test", DnsResponseCode.SERVFAIL);
        expectError("greeter.test:50051: " + server.address()
                + " answered ServFail(2); what was known before stays in force");
        awaitReads(5);
        assertThat(table()).isEqualTo("echo@10.0.0.1:50051 1");
        assertThat(status().connected()).isFalse();
        assertThat(status().synced()).isTrue();
        assertThat(reads).contains(SourceRead.FAILED);

        server.remove("greeter.test");
        expectTable("");
        expectError("greeter.test:50051: there is no such name (NXDOMAIN)");
        assertThat(status().connected()).isTrue();
        assertThat(reads.stream().filter(SourceRead.EMPTY::equals)).hasSizeGreaterThanOrEqualTo(2);
        assertThat(discovery.refusals()).singleElement().satisfies(r -> {
            assertThat(r.key()).isEqualTo("greeter.test:50051");
            assertThat(r.kind()).isEqualTo(Refusal.Kind.INACTIVE);
        });

        server.a("greeter.test", 60, "10.0.0.2");
        expectTable("echo@10.0.0.2:50051 1");
        expectNoError();
        assertThat(discovery.refusals()).isEmpty();
    }

    @Test
    void aNameServerThatSaysNothingKeepsItFromBeingReady() throws Exception {
        server.silence("greeter.test").silence("chat.test");
        follow(Map.of("echo", List.of(host("greeter.test")), "chat", List.of(host("chat.test"))));
        expectError("did not answer within 200 ms");
        awaitReads(4);
        assertThat(discovery.ready()).isFalse();
        assertThat(status().synced()).isFalse();
        server.a("greeter.test", 60, "10.0.0.1");
        assertThat(discovery.awaitFirstSnapshot(Duration.ofSeconds(20)))
                .as("one name that fails does not hold up the other")
                .isTrue();
        expectTable("echo@10.0.0.1:50051 1");
        assertThat(status().connected()).isFalse();
        server.remove("chat.test");
        expectError("chat.test:50051: there is no such name");
        assertThat(status().connected()).isTrue();
    }

    @Test
    void aNameThatIsNotThereIsAnAnswerToo() throws Exception {
        follow(Map.of("echo", List.of(host("greeter.test"))));
        assertThat(discovery.awaitFirstSnapshot(Duration.ofSeconds(20))).isTrue();
        assertThat(table()).isEmpty();
        server.a("greeter.test", 60, "10.0.0.1");
        expectTable("echo@10.0.0.1:50051 1");
    }
}
