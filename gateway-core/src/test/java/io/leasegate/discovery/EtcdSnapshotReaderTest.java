package io.leasegate.discovery;

import static io.leasegate.discovery.DiscoveryFixture.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leasegate.registration.ParseResult;
import io.leasegate.testkit.EtcdProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class EtcdSnapshotReaderTest {

    @Test
    void readsEveryKeyOnceWithItsMeaning() throws Exception {
        try (EtcdProcess process = EtcdProcess.launch();
                EtcdTestClient etcd = new EtcdTestClient(process)) {
            String nobody = "http://127.0.0.1:" + EtcdProcess.freePorts(1)[0];
            long lease = etcd.grant(44);
            etcd.put("/echo/127.0.0.1:1", seed("echo", 1), lease);
            etcd.put("/echo/127.0.0.1:2", "{\"Op\":0,\"Addr\":\"127.0.0.1:2\",\"Metadata\":null}");
            etcd.put("/zzz/127.0.0.1:3", "{\"name\":\"zzz\",\"addr\":\"nowhere\"}");
            etcd.put("/config", "debug");
            EtcdSettings settings =
                    EtcdSettings.of(List.of(nobody, process.endpoint())).withPageKeys(2);
            RegistrySnapshot snapshot = EtcdSnapshotReader.read(settings, Duration.ofSeconds(5));
            assertThat(snapshot.registry()).isEqualTo("etcd");
            assertThat(snapshot.endpoint()).isEqualTo(process.endpoint());
            assertThat(snapshot.revision()).isEqualTo(etcd.revision());
            assertThat(snapshot.keys())
                    .extracting(RegistrySnapshot.Key::key)
                    .containsExactly("/config", "/echo/127.0.0.1:1", "/echo/127.0.0.1:2", "/zzz/127.0.0.1:3");
            assertThat(snapshot.keys().get(0).interpretation().result()).isInstanceOf(ParseResult.Foreign.class);
            assertThat(snapshot.keys().get(1).leaseTtlSeconds()).isEqualTo(44);
            assertThat(snapshot.keys().get(1).interpretation().format()).isEqualTo("seed");
            assertThat(snapshot.keys().get(1).interpretation().rule())
                    .isEqualTo("the value has the fields name and addr");
            assertThat(snapshot.keys().get(2).interpretation().format()).isEqualTo("etcd-naming");
            assertThat(snapshot.keys().get(3).interpretation().result())
                    .isEqualTo(new ParseResult.Malformed(
                            "addr: \"nowhere\" has no port (expected host:port)",
                            io.leasegate.registration.Evidence.fields("the value has the fields name and addr")));
            process.freeze();
            assertThatThrownBy(() -> EtcdSnapshotReader.read(
                            EtcdSettings.of(List.of(process.endpoint())), Duration.ofMillis(500)))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("could not be read within 500 ms");
            process.thaw();
            assertThatThrownBy(() -> EtcdSnapshotReader.read(EtcdSettings.of(List.of(nobody)), Duration.ofSeconds(5)))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("etcd at " + nobody + " is unreachable: is it running");
        }
    }
}
