package io.leasegate.loadtest.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leasegate.loadtest.host.Certificate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeersTest {

    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    private Path folder = Path.of("");

    /** What a server says of its own configuration file, in each of the forms that the scenarios need. */
    @ParameterizedTest
    @ValueSource(strings = {"haproxy", "tcp", "nginx", "envoy", "caddy", "leasegate"})
    void anInstalledPeerAcceptsItsConfiguration(String name) throws Exception {
        Peer peer = Peers.named(List.of(name), HOME, "").get(0);
        Path program = peer.program();
        Assumptions.assumeTrue(program != null, name + " is not installed");
        Certificate certificate = Certificate.create(folder);
        for (Certificate tls : new Certificate[] {null, certificate}) {
            if (tls != null && (!peer.speaksHttp2() || peer.isLeasegate())) {
                continue;
            }
            for (List<Integer> instances : List.of(List.of(50051), List.of(50051, 50052, 50053))) {
                Setup setup = new Setup(folder, 18080, 19900, "bench", instances, tls, "http://127.0.0.1:2379");
                Launch launch = peer.launch(program, setup);
                assertThat(launch).isNotNull();
                for (Map.Entry<String, String> file : launch.files().entrySet()) {
                    Files.writeString(folder.resolve(file.getKey()), file.getValue());
                }
                ProcessBuilder builder = new ProcessBuilder(peer.checkCommand(program, setup))
                        .redirectErrorStream(true)
                        .directory(folder.toFile());
                builder.environment().putAll(launch.environment());
                Process process = builder.start();
                process.getOutputStream().close();
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).as(said).isZero();
            }
        }
    }

    @Test
    void leasegateGetsTheServiceFromEtcdOrFromItsConfiguration() {
        Leasegate leasegate = new Leasegate("leasegate", HOME, "access-log.enabled = false");
        Setup etcd = new Setup(folder, 1, 2, "bench", List.of(3, 4), null, "http://127.0.0.1:5");
        assertThat(leasegate.configuration(etcd))
                .contains("discovery.etcd.endpoints = [ \"http://127.0.0.1:5\" ]", "io.threads = 1")
                .contains("access-log.enabled = false");
        Setup fixed = new Setup(folder, 1, 2, "bench", List.of(3, 4), null, null);
        assertThat(leasegate.configuration(fixed))
                .contains("discovery.static.services { bench = [ { address = \"127.0.0.1:3\" } { address = "
                        + "\"127.0.0.1:4\" } ] }");
    }

    @Test
    void namesWhichPeersThereAre() {
        assertThatThrownBy(() -> Peers.named(List.of("squid"), HOME, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'squid'")
                .hasMessageContaining("nghttpx");
        assertThat(Peers.named(List.of("new=/elsewhere"), HOME, "").get(0).program())
                .isNull();
    }

    @Test
    void findsVersions() {
        assertThat(Versions.number("HAProxy version 2.6.12-1+deb12u4 2026")).isEqualTo("2.6.12");
        assertThat(Versions.number("envoy  version: abc/1.40.0/Clean/RELEASE/BoringSSL"))
                .isEqualTo("1.40.0");
        assertThat(Versions.number("nothing")).isEqualTo("unknown");
    }
}
