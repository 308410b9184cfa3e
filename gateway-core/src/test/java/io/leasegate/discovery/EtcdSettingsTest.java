package io.leasegate.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.leasegate.discovery.StaticSettings.StaticInstance;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EtcdSettingsTest {

    private static final EtcdSettings GOOD = EtcdSettings.of(List.of("http://127.0.0.1:2379"));

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:2379, false, http://127.0.0.1:2379",
        "https://etcd-0.example:2379/, false, https://etcd-0.example:2379",
        "etcd-0:1234, false, http://etcd-0:1234",
        "etcd-0:1234, true, https://etcd-0:1234",
        "http://etcd-0:1234, true, http://etcd-0:1234",
        "etcd-0, false, http://etcd-0:2379",
        "http://[::1], false, http://[::1]:2379",
        "[::1]:99, false, http://[::1]:99",
    })
    void readsEndpoints(String text, boolean tlsByDefault, String expected) {
        assertThat(EtcdEndpoint.parse(text, tlsByDefault)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ftp://a:1", "http://", "http://a:99999", "a b:1", "http://a/path", "u@a:1"})
    void refusesOtherEndpoints(String text) {
        assertThatThrownBy(() -> EtcdSettings.of(List.of(text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("endpoints: \"" + text + "\" (expected http://host:port, https://host:port or host:port)");
    }

    @Test
    void namesWhatIsWrong() {
        assertThatThrownBy(() -> EtcdSettings.of(List.of())).hasMessageStartingWith("endpoints: none");
        assertThatThrownBy(() -> GOOD.withPrefixes(List.of())).hasMessageStartingWith("prefixes: none");
        assertThatThrownBy(() -> GOOD.withFormats(List.of("sead"))).hasMessageStartingWith("formats: sead");
        assertThatThrownBy(() -> GOOD.withUser("a", null)).hasMessageStartingWith("username and password belong");
        assertThatThrownBy(() -> GOOD.withPageKeys(0)).hasMessage("pageKeys: 0 (expected 1 or more)");
        assertThatThrownBy(() -> new DiscoverySettings(null, null)).hasMessageStartingWith("discovery: nothing");
    }

    @Test
    void doesNotShowThePassword() {
        assertThat(GOOD.withUser("reader", "secret"))
                .asString()
                .contains("reader")
                .doesNotContain("secret");
    }

    @Test
    void rangesOfPrefixes() {
        KeyRange slash = KeyRange.ofPrefix("/");
        assertThat(slash.from()).isEqualTo(ByteString.copyFromUtf8("/"));
        assertThat(slash.end()).isEqualTo(ByteString.copyFromUtf8("0"));
        KeyRange all = KeyRange.ofPrefix("");
        assertThat(all.from()).isEqualTo(ByteString.copyFrom(new byte[1]));
        assertThat(all.end()).isEqualTo(ByteString.copyFrom(new byte[1]));
        assertThat(KeyRange.ofPrefixes(List.of("/b/", "/a/", "/a/x/", "/a/", "c")))
                .extracting(KeyRange::prefix)
                .containsExactly("/a/", "/b/", "c");
        assertThat(KeyRange.ofPrefixes(List.of("/b/", "")))
                .extracting(KeyRange::prefix)
                .containsExactly("");
    }

    @Test
    void textOfKeys() {
        assertThat(KeyText.of(ByteString.copyFromUtf8("/h\u00e4llo/\\xff"))).isEqualTo("/h\u00e4llo/\\xff");
        assertThat(KeyText.of(ByteString.copyFrom(new byte[] {'/', (byte) 0xff, '\\', 0, 'a'})))
                .isEqualTo("/\\xff\\x5c\\x00a");
    }

    @Test
    void checksStaticInstances() {
        assertThatThrownBy(() -> new StaticInstance("127.0.0.1", 1, "", Map.of()))
                .hasMessage("address: \"127.0.0.1\" has no port (expected host:port)");
        assertThatThrownBy(() -> new StaticInstance("127.0.0.1:1", -1, "", Map.of()))
                .hasMessage("weight: -1 (expected 0 or more)");
        StaticInstance one = new StaticInstance("127.0.0.1:1", 1, "", Map.of());
        assertThatThrownBy(() -> new StaticSettings(Map.of("echo", List.of(one, one))))
                .hasMessage("services.echo: address \"127.0.0.1:1\" is there twice (expected each address once)");
    }
}
