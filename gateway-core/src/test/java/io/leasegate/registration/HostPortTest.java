package io.leasegate.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:1, 127.0.0.1, 1",
        "localhost:65535, localhost, 65535",
        "a.b-c.example.:80, a.b-c.example., 80",
        "my_host:80, my_host, 80",
        "[::1]:80, ::1, 80",
        "[fe80::1%eth0]:80, fe80::1%eth0, 80",
        "[::ffff:1.2.3.4]:80, ::ffff:1.2.3.4, 80",
        "::1:80, ::1, 80",
        "fd00::1:8888, fd00::1, 8888",
        "fe80::1%eth0:80, fe80::1%eth0, 80",
        "1:2:3:4:5:6:7:8:80, 1:2:3:4:5:6:7:8, 80",
        "1host:80, 1host, 80",
        "10.0.0.1:00080, 10.0.0.1, 80",
    })
    void reads(String text, String host, int port) {
        assertThat(HostPort.parse(text)).isEqualTo(new HostPort(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "a",
                "a:",
                ":80",
                "a:0",
                "a:65536",
                "a:-1",
                "a:+80",
                "a:8 0",
                "a:080000",
                " a:80",
                "a b:80",
                "a/b:80",
                "u@a:80",
                "http://a:80",
                "1:2:3:80",
                "::1",
                "::1:",
                "fe80::1%:80",
                "[::1]",
                "[::1]80",
                "[a]:80",
                "[]:80",
                "[1.2.3.4]:80",
                "[::g]:80",
                "a]:80",
                "x[::1]:80",
                "256.1.1.1:80",
                "1.2.3:80",
                "1.2.3.4.5:80",
                "1.2.3.4.:80",
                ".:80",
                "-a:80",
                "a-:80",
                "\u00e4:80",
                "a:\u0661",
                "a,b:80"
            })
    void refuses(String text) {
        assertThatThrownBy(() -> HostPort.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("\"")
                .hasMessageEndingWith(")");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:80, true",
        "[::1]:80, true",
        "fd00::1:80, true",
        "a:80, true",
        "a:, false",
        ":80, false",
        "a:123456, false",
        "a:70000, false",
        "http://a:80, false",
        "hello, false",
        "a b:80, false"
    })
    void knowsAnAddressWhenItSeesOne(String text, boolean isOne) {
        assertThat(HostPort.orNull(text) != null).isEqualTo(isOne);
        assertThat(HostPort.orNull("x".repeat(400) + ":80")).isNull();
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0, true", "::, true", "0:0:0:0:0:0:0:0, true", "::1, false", "10.0.0.0, false", "a, false"})
    void knowsWhatMeansEveryAddress(String host, boolean isWildcard) {
        assertThat(HostPort.of(host, 80).isWildcard()).isEqualTo(isWildcard);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[::1]:80", "a:1", "10.0.0.1:65535"})
    void writesWhatItRead(String text) {
        assertThat(HostPort.parse(text)).hasToString(text);
    }
}
