package io.leasegate.server;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.leasegate.registrar.Registrar;
import io.leasegate.testkit.EtcdProcess;
import io.leasegate.testkit.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Instances from a watched file reach callers, without etcd and beside it. */
@Timeout(120)
class FileGatewayTest {

    private static final String FILE = "discovery.file { path = instances.conf, interval = 50ms }";

    @TempDir
    private Path directory = Path.of("");

    /** As it should be written: a new file, renamed over the old one. */
    private void write(String text) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), text);
        Files.move(next, directory.resolve("instances.conf"), ATOMIC_MOVE, REPLACE_EXISTING);
    }

    private static String echoAt(TestServer... servers) {
        StringBuilder s = new StringBuilder("services { echo = [ ");
        for (TestServer server : servers) {
            s.append("{ address = \"127.0.0.1:").append(server.port()).append("\" }, ");
        }
        return s + "] }";
    }

    @Test
    void aFileAloneIsEnoughAndItsChangesReachCallers() throws Exception {
        try (TestServer a = TestServer.start();
                TestServer b = TestServer.start();
                RunningGateway gateway = new RunningGateway(directory, FILE)) {
            RunningGateway.await(
                    () -> gateway.get("/ready"),
                    () -> gateway.status("/ready") == 503
                            && gateway.get("/ready").contains("no full snapshot of file yet")
                            && gateway.get("/ready").contains("instances.conf: no such file"));

            write(echoAt(a));
            gateway.awaitReady();
            assertThat(gateway.services().path("source").asText()).isEqualTo("file");
            assertThat(gateway.services().path("revision").asLong()).isZero();
            assertThat(gateway.call("echo")).isEqualTo(Status.Code.OK);

            write(echoAt(b));
            gateway.awaitInstances("echo 127.0.0.1:" + b.port() + " file");
            int before = a.calls().size();
            assertThat(gateway.call("echo")).isEqualTo(Status.Code.OK);
            assertThat(a.calls()).hasSize(before);

            Files.writeString(
                    directory.resolve("instances.conf"),
                    "services { echo = [\n { address = \"127.0.0.1:" + a.port() + "\", weight = heavy } ] }");
            gateway.awaitAlarm(
                    "file is not followed, what it said last stays in force",
                    "services.echo[0].weight: heavy (expected a whole number from 0)",
                    "instances.conf: line 2");
            assertThat(gateway.instances()).isEqualTo("echo 127.0.0.1:" + b.port() + " file");
            assertThat(gateway.status("/ready")).isEqualTo(200);
            assertThat(gateway.get("/metrics"))
                    .contains("leasegate_source_up{source=\"file\"} 0")
                    .contains("leasegate_source_reads_total{result=\"failed\",source=\"file\"}")
                    .contains("leasegate_source_reads_total{result=\"ok\",source=\"file\"} 2");

            write("services { echo = [] }");
            gateway.awaitNoAlarm();
            gateway.awaitInstances("");
            assertThat(gateway.call("echo"))
                    .as("the service is known, but empty")
                    .isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(gateway.get("/metrics")).contains("leasegate_source_up{source=\"file\"} 1");
        }
    }

    @Test
    void besideEtcdBothHaveToBeReadAndEtcdsWordCounts() throws Exception {
        try (EtcdProcess etcd = EtcdProcess.launch();
                TestServer both = TestServer.start();
                TestServer inFile = TestServer.start();
                RunningGateway gateway = new RunningGateway(
                        directory, FILE + "\n discovery.etcd.endpoints = [ \"" + etcd.endpoint() + "\" ]")) {
            RunningGateway.await(
                    () -> gateway.get("/ready"), () -> gateway.get("/ready").contains("no full snapshot of file yet"));
            write(echoAt(both, inFile));
            gateway.awaitReady();
            assertThat(gateway.services().path("source").asText()).isEqualTo("etcd+file");
            String ofFile = "echo 127.0.0.1:" + inFile.port() + " file";
            try (Registrar registrar = Registrar.builder()
                    .endpoints(etcd.endpoint())
                    .service("echo")
                    .address("127.0.0.1:" + both.port())
                    .build()) {
                registrar.start();
                assertThat(registrar.awaitRegistered(Duration.ofSeconds(20))).isTrue();
                String seed = "echo 127.0.0.1:" + both.port() + " seed";
                RunningGateway.await(
                        gateway::instances, () -> gateway.instances().contains(seed));
                assertThat(gateway.instances()).contains(ofFile);
            }
            RunningGateway.await(
                    gateway::instances,
                    () -> gateway.instances().contains("echo 127.0.0.1:" + both.port() + " file")
                            && gateway.instances().contains(ofFile));
            assertThat(gateway.call("echo")).isEqualTo(Status.Code.OK);
        }
    }
}
