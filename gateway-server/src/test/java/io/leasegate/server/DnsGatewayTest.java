package io.leasegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.leasegate.testkit.DnsServer;
import io.leasegate.testkit.TestServer;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Instances that are found by DNS alone reach callers; the name server is a real one that the test tells what to say. */
@Timeout(120)
@EnabledOnOs(OS.LINUX) // all of 127.0.0.0/8 is local there
class DnsGatewayTest {

    @TempDir
    private Path directory = Path.of("");

    private static String dns(DnsServer server, String names) {
        return "dns { name-servers = [ \"" + server.address()
                + "\" ], timeout = 300ms, min-interval = 100ms, max-interval = 200ms }\n"
                + " discovery.dns.services { echo = [ " + names + " ] }";
    }

    @Test
    void addressesOfANameAreFollowedThroughEverythingThatANameServerDoes() throws Exception {
        try (DnsServer server = DnsServer.start();
                TestServer a = TestServer.start();
                TestServer b = TestServer.startAt("127.0.0.2", a.port());
                RunningGateway gateway = new RunningGateway(
                        directory, dns(server.silence("echo.test"), "\"echo.test:" + a.port() + "\""))) {
            RunningGateway.await(
                    () -> gateway.get("/ready"),
                    () -> gateway.status("/ready") == 503
                            && gateway.get("/ready").contains("no full snapshot of dns yet")
                            && gateway.get("/ready").contains("did not answer within 300 ms"));

            server.a("echo.test", 1, "127.0.0.1");
            gateway.awaitReady();
            String first = "echo 127.0.0.1:" + a.port() + " dns";
            String second = "echo 127.0.0.2:" + a.port() + " dns";
            gateway.awaitInstances(first);
            assertThat(gateway.services().path("source").asText()).isEqualTo("dns");
            assertThat(gateway.call("echo")).isEqualTo(Status.Code.OK);

            server.a("echo.test", 1, "127.0.0.2");
            gateway.awaitInstances(second);
            int before = a.calls().size();
            assertThat(gateway.call("echo")).isEqualTo(Status.Code.OK);
            assertThat(a.calls()).hasSize(before);
            assertThat(b.calls()).isNotEmpty();

            server.fail("echo.test", DnsResponseCode.SERVFAIL);
            gateway.awaitAlarm("dns is not followed", "echo.test:" + a.port(), "answered ServFail(2)");
            assertThat(gateway.get("/metrics"))
                    .contains("leasegate_source_up{source=\"dns\"} 0")
                    .contains("leasegate_source_reads_total{result=\"failed\",source=\"dns\"}");
            assertThat(gateway.instances()).isEqualTo(second);
            assertThat(gateway.call("echo")).isEqualTo(Status.Code.OK);
            assertThat(gateway.status("/ready")).isEqualTo(200);

            server.remove("echo.test");
            gateway.awaitInstances("");
            gateway.awaitAlarm("dns: echo.test:" + a.port(), "NXDOMAIN");
            assertThat(gateway.call("echo")).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(gateway.get("/metrics")).contains("leasegate_source_up{source=\"dns\"} 1");

            server.a("echo.test", 1, "127.0.0.1", "127.0.0.2");
            gateway.awaitInstances(first + ", " + second);
            gateway.awaitNoAlarm();
            assertThat(gateway.call("echo")).isEqualTo(Status.Code.OK);
        }
    }

    @Test
    void srvRecordsLeadToHostsOfTheLowestPriority() throws Exception {
        try (DnsServer server = DnsServer.start();
                TestServer a = TestServer.start();
                TestServer b = TestServer.start();
                RunningGateway gateway = new RunningGateway(
                        directory,
                        dns(
                                server.srv(
                                                "_grpc._tcp.echo.test",
                                                1,
                                                "1 10 " + a.port() + " a.test",
                                                "2 10 " + b.port() + " b.test")
                                        .a("a.test", 1, "127.0.0.1")
                                        .a("b.test", 1, "127.0.0.1"),
                                "\"_grpc._tcp.echo.test\""))) {
            gateway.awaitReady();
            gateway.awaitInstances("echo a.test:" + a.port() + " dns");
            for (int i = 0; i < 10; i++) {
                assertThat(gateway.call("echo")).isEqualTo(Status.Code.OK);
            }
            assertThat(b.calls()).isEmpty();
            server.srv("_grpc._tcp.echo.test", 1, "2 10 " + b.port() + " b.test");
            gateway.awaitInstances("echo b.test:" + b.port() + " dns");
            assertThat(gateway.call("echo")).isEqualTo(Status.Code.OK);
            assertThat(b.calls()).isNotEmpty();
        }
    }

    /** With the time to live that Docker's name server gives, and the gateway's defaults for everything but who is asked. */
    @Test
    void r27AnInstanceThatIsRegisteredByNameIsFollowedToItsNewAddress() throws Exception {
        try (DnsServer server = DnsServer.start();
                TestServer b = TestServer.startAt("127.0.0.2", 0);
                TestServer c = TestServer.startAt("127.0.0.3", b.port())) {
            TestServer a = TestServer.startAt("127.0.0.1", b.port());
            server.a("echo.test", 600, "127.0.0.1");
            try (RunningGateway gateway = new RunningGateway(
                    directory,
                    "dns.name-servers = [ \"" + server.address()
                            + "\" ]\n discovery.static.services { echo = [ { address = \"echo.test:" + b.port()
                            + "\" } ] }")) {
                gateway.awaitReady();
                RunningGateway.await(gateway::instances, () -> gateway.call("echo") == Status.Code.OK);
                assertThat(a.calls()).isNotEmpty();

                // The container is made anew.
                a.close();
                server.a("echo.test", 600, "127.0.0.2");
                RunningGateway.await(
                        () -> "no call at the new address; " + server.questions(),
                        () -> gateway.call("echo") == Status.Code.OK
                                && !b.calls().isEmpty());

                // The name moves while the instance that it led to goes on.
                server.a("echo.test", 600, "127.0.0.3");
                RunningGateway.await(
                        () -> "no call at the last address; " + server.questions(),
                        () -> gateway.call("echo") == Status.Code.OK
                                && !c.calls().isEmpty());
                RunningGateway.await(
                        () -> "the old connections stay",
                        () -> gateway.get("/metrics")
                                .contains(
                                        "leasegate_upstream_connections_closed_total{reason=\"moved\",service=\"echo\"}"));
            } finally {
                a.close();
            }
        }
    }
}
