package io.leasegate.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoOptionsTest {

    @Test
    void hasDefaults() {
        assertThat(DemoOptions.parse("greeter"))
                .isEqualTo(new DemoOptions(
                        "greeter",
                        "greeter-" + ProcessHandle.current().pid(),
                        "127.0.0.1",
                        0,
                        List.of(),
                        "127.0.0.1:8080",
                        "1.0.0",
                        1,
                        Duration.ofSeconds(5),
                        null));
    }

    @Test
    void takesEveryOption() {
        String line =
                "--name n --host h --port 7 --etcd http://a:1,http://b:2 --gateway g:3 --version v --weight 0 --ttl 9"
                        + " --call-log c";
        assertThat(DemoOptions.parse("greeter", line.split(" ")))
                .isEqualTo(new DemoOptions(
                        "greeter",
                        "n",
                        "h",
                        7,
                        List.of("http://a:1", "http://b:2"),
                        "g:3",
                        "v",
                        0,
                        Duration.ofSeconds(9),
                        Path.of("c")));
    }

    @Test
    void findsThisMachinesAddress() {
        assertThat(DemoOptions.parse("greeter", "--host", "auto").host()).matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
    }

    @ParameterizedTest
    @CsvSource({
        "--prot 7, --prot: unknown option",
        "--port, --port: its value is missing",
        "--port x, --port: x (expected 0 to 65535)",
        "--port 65536, --port: 65536 (expected 0 to 65535)",
        "--weight -1, --weight: -1 (expected 0 to 2147483647)",
        "--ttl 1, --ttl: 1 (expected 2 to 86400)"
    })
    void namesWhatIsWrong(String line, String message) {
        assertThatThrownBy(() -> DemoOptions.parse("greeter", line.split(" ")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void readsGuestsFromALine() {
        assertThat(GreetingClient.guests("Ada, Grace Hopper ,,Linus", List.of("You")))
                .containsExactly("Ada", "Grace Hopper", "Linus");
        assertThat(GreetingClient.guests(" , ", List.of("You"))).containsExactly("You");
    }
}
