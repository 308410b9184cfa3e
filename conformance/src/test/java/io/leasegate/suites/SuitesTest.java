package io.leasegate.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SuitesTest {

    private final Suites suites = new Suites();

    @Test
    void namesAndGroupsStandForSuitesEachOnce() {
        assertThat(suites.named(List.of("h2spec", "clear-text", "h2spec")))
                .extracting(Suite::name)
                .startsWith("h2spec")
                .doesNotHaveDuplicates()
                .contains("connect-grpc", "connect", "negative", "interop-node-java")
                .noneMatch(name -> name.endsWith("tls"));
        assertThat(suites.named(List.of("tls")))
                .extracting(Suite::name)
                .contains("h2spec-tls", "connect-grpc-mtls", "interop-go-go-tls")
                .allMatch(name -> name.endsWith("tls"));
        assertThat(suites.named(List.of("registrars")))
                .extracting(Suite::name)
                .containsExactly(
                        "registrar-seed",
                        "registrar-etcd-naming",
                        "registrar-go-zero",
                        "registrar-kratos",
                        "registrar-go-micro",
                        "registrar-kitex");
        assertThat(suites.named(List.of("clear-text"))).containsAll(suites.named(List.of("registrars")));
        assertThat(suites.named(List.of("all"))).hasSameElementsAs(suites.all());
        assertThat(suites.named(List.of(Suites.DEFAULT_GROUP))).hasSameElementsAs(suites.all());
        assertThatThrownBy(() -> suites.named(List.of("h2spek")))
                .hasMessageContaining("there is no suite 'h2spek'")
                .hasMessageContaining("h2spec")
                .hasMessageContaining("clear-text");
    }

    @Test
    void theManualListsEverySuite() throws Exception {
        String manual = Files.readString(Path.of("../docs/conformance.md"));
        suites.all()
                .forEach(suite -> assertThat(manual)
                        .contains("| `" + suite.name() + "` |")
                        .contains("| " + suite.cases() + " |"));
    }

    @Test
    void theVersionOfGoIsRead() {
        assertThat(Tools.minorOfGo("go version go1.26.8 linux/amd64")).isEqualTo(26);
        assertThat(Tools.minorOfGo("go version go1.19 linux/amd64")).isEqualTo(19);
        assertThat(Tools.minorOfGo("go version devel +1234 linux/amd64")).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void toolsGoWhereTheUserWantsThem() {
        assertThat(Tools.userCache(Map.of("LEASEGATE_TOOLS", "/tools"))).isEqualTo(Path.of("/tools"));
        assertThat(Tools.userCache(Map.of("XDG_CACHE_HOME", "/cache", "HOME", "/home/me")))
                .isEqualTo(Path.of("/cache/leasegate/tools"));
        assertThat(Tools.userCache(Map.of("HOME", "/home/me"))).isEqualTo(Path.of("/home/me/.cache/leasegate/tools"));
    }
}
