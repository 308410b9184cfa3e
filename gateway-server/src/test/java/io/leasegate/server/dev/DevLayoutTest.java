package io.leasegate.server.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.server.config.ConfigLoader;
import io.leasegate.server.config.DiscoveryConfig.StaticInstance;
import io.leasegate.server.config.EtcdConfig;
import io.leasegate.server.config.GatewayConfig;
import io.leasegate.server.dev.DevLayout.DemoInstance;
import io.leasegate.server.dev.DevSettings.RegistryKind;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevLayoutTest {

    @TempDir
    private Path folder = Path.of("");

    @Test
    void theConfigurationWithEtcdNamesItAndTheListeners() throws Exception {
        DevLayout layout = layout(RegistryKind.ETCD);
        GatewayConfig config = load(layout);
        EtcdConfig etcd = config.discovery().etcd();
        assertThat(etcd).isNotNull();
        assertThat(etcd.endpoints()).containsExactly(URI.create(layout.etcd()));
        assertThat(config.discovery().staticServices()).isEmpty();
        assertThat(config.listeners())
                .singleElement()
                .satisfies(listener -> assertThat(listener.port()).isEqualTo(layout.gatewayPort()));
        assertThat(config.admin().port()).isEqualTo(layout.adminPort());
    }

    @Test
    void theConfigurationWithoutEtcdListsEveryInstance() throws Exception {
        DevLayout layout = layout(RegistryKind.STATIC);
        GatewayConfig config = load(layout);
        assertThat(layout.etcdPort()).isZero();
        assertThat(config.discovery().etcd()).isNull();
        assertThat(config.discovery().staticServices()).containsOnlyKeys("greeter", "reception");
        for (DemoInstance instance : layout.instances()) {
            assertThat(config.discovery().staticServices().get(instance.service()))
                    .extracting(StaticInstance::port)
                    .contains(instance.port());
        }
    }

    @Test
    void nobodySharesAPort() throws Exception {
        DevLayout layout = layout(RegistryKind.ETCD);
        assertThat(new HashSet<>(List.of(
                        layout.gatewayPort(),
                        layout.adminPort(),
                        layout.etcdPort(),
                        layout.etcdPeerPort(),
                        layout.instances().get(0).port(),
                        layout.instances().get(1).port(),
                        layout.instances().get(2).port(),
                        layout.instances().get(3).port())))
                .hasSize(8);
    }

    private static DevLayout layout(RegistryKind registry) throws StackFailure {
        return DevLayout.choose(new DevSettings(Path.of("home"), registry, 0, 0, 0, 5000), note -> {
            throw new AssertionError(note);
        });
    }

    private GatewayConfig load(DevLayout layout) throws Exception {
        return ConfigLoader.load(Files.writeString(folder.resolve("gateway.conf"), layout.configuration()));
    }
}
