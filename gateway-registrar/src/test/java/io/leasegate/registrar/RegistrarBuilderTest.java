package io.leasegate.registrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistrarBuilderTest {

    private static RegistrarBuilder valid() {
        return Registrar.builder()
                .endpoints("http://127.0.0.1:2379")
                .service("hello")
                .address("127.0.0.1:1001");
    }

    @Test
    void defaultsAreThoseOfTheManual() {
        RegistrarSettings settings = valid().settings(false);
        assertThat(settings.ttl()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.dialTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.instance()).isEqualTo(new ServiceInstance("hello", "127.0.0.1:1001", "", 1));
    }

    @Test
    void everyMistakeIsNamedAtOnce() {
        RegistrarBuilder wrong = Registrar.builder()
                .endpoints("http://127.0.0.1:2379", "ftp://x:1", "nowhere")
                .credentials("", "secret-word")
                .service("a/b")
                .address(":1001")
                .version("1\n0")
                .weight(-1)
                .ttl(Duration.ofMillis(1500))
                .dialTimeout(Duration.ZERO);
        assertThatThrownBy(wrong::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "service: \"a/b\" (expected the service's name",
                        "address: \":1001\" (expected host:port",
                        "the host is empty",
                        "version: \"1\\u000a0\"",
                        "weight: -1 (expected 0 or more)",
                        "ttl: PT1.5S (expected whole seconds, 2 s or more",
                        "minimum",
                        "dialTimeout: PT0S (expected 100 ms to 1 min)",
                        "credentials: the user is empty",
                        "endpoints[1]: \"ftp://x:1\" (expected http://host:port",
                        "endpoints[2]: \"nowhere\"")
                .hasMessageNotContaining("secret-word")
                .hasMessageNotContaining("endpoints[0]");
    }

    @Test
    void nothingSetNamesWhatIsNeeded() {
        assertThatThrownBy(Registrar.builder()::build)
                .hasMessageContainingAll("service: \"\"", "address: \"\"", "endpoints: none");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:1",
                "10.0.0.7:65535",
                "[::1]:80",
                "[fe80::1%eth0]:80",
                "[::ffff:10.0.0.7]:80",
                "localhost:8080",
                "pod-1.hello_svc.example.com:50051"
            })
    void goodAddresses(String address) {
        assertThat(valid().address(address).settings(false).instance().address())
                .isEqualTo(address);
    }

    @ParameterizedTest
    @CsvSource({
        "':1001', the host is empty",
        "'', it is empty",
        "'127.0.0.1', the port is missing",
        "'127.0.0.1:', the port is not a number",
        "'127.0.0.1:0', 0 is for RegisteredServer",
        "'127.0.0.1:65536', the port is not a number",
        "'127.0.0.1:99999999999', the port is not a number",
        "'127.0.0.1:+80', the port is not a number",
        "'127.0.0.1:٣', the port is not a number",
        "'::1:80', an IPv6 host goes in brackets",
        "'[::1:80', an IPv6 host goes in brackets",
        "'[]:80', neither a name nor an IP address",
        "'a b:80', neither a name nor an IP address",
        "'a/b:80', neither a name nor an IP address",
        "'http://h:80', no URL",
        "'0.0.0.0:80', means any address",
        "'[::]:80', means any address"
    })
    void badAddresses(String address, String why) {
        assertThatThrownBy(valid().address(address)::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("address: \"" + address + "\"")
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "a\u0000b", "a\u007fb", "a\u0085", "\ud800", " a", "a ", "/"})
    void namesAndVersionsThatBreakTheKeyAreRefused(String text) {
        assertThatThrownBy(valid().service(text)::build).hasMessageContaining("service: ");
        assertThatThrownBy(valid().version(text)::build).hasMessageContaining("version: ");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, Long.MAX_VALUE})
    void goodWeights(long weight) {
        assertThat(valid().weight(weight).settings(false).instance().weight()).isEqualTo(weight);
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:2379, http://127.0.0.1:2379",
        "127.0.0.1:2379, http://127.0.0.1:2379",
        "https://etcd.example:2379/, https://etcd.example:2379",
        "http://[::1]:2379, http://[::1]:2379"
    })
    void endpointForms(String text, String meaning) {
        assertThat(valid().endpoints(text).settings(false).endpoints()).hasToString("[" + meaning + "]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://",
                "http://h",
                "http://h:0",
                "http://h:70000",
                "http://u:p@h:1",
                "http://h:1/x",
                "h:1?q"
            })
    void badEndpoints(String text) {
        assertThatThrownBy(valid().endpoints(text)::build).hasMessageContaining("endpoints[0]: \"" + text + "\"");
    }

    @Test
    void tlsGoesWithHttpsAndReadableFiles(@TempDir Path directory) throws IOException {
        Path text = Files.writeString(directory.resolve("text.pem"), "no certificate");
        EtcdTls tls = EtcdTls.trusting(directory.resolve("absent.pem")).clientCertificate(text, text);
        assertThatThrownBy(valid().endpoints("http://h:1", "https://h:2", "h:3").tls(tls)::build)
                .hasMessageContaining("endpoints[0]: \"http://h:1\" (expected https:// as tls is set)")
                .hasMessageNotContaining("endpoints[1]")
                .hasMessageNotContaining("endpoints[2]")
                .hasMessageContaining("absent.pem (expected a readable PEM file")
                .hasMessageContaining("text.pem (expected an unencrypted PKCS#8 key");
    }

    @Test
    void oneCallNeverTakesMoreThanHalfATtlOrTheDialTimeout() {
        assertThat(valid().ttl(Duration.ofSeconds(2)).settings(false).callTimeoutNanos())
                .isEqualTo(Duration.ofSeconds(1).toNanos());
        assertThat(valid().ttl(Duration.ofSeconds(60)).settings(false).callTimeoutNanos())
                .isEqualTo(Duration.ofSeconds(3).toNanos());
    }

    @Test
    void passwordsAreNotPrinted() {
        assertThat(valid().credentials("u", "secret-word").settings(false).toString())
                .doesNotContain("secret-word");
    }
}
