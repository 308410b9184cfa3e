package io.leasegate.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.leasegate.server.config.DiscoveryConfig.StaticInstance;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstanceFileTest {

    private static final Path FILE = Path.of("instances.conf");

    private static Map<String, List<StaticInstance>> read(String text) throws ConfigurationException {
        return InstanceFile.read(FILE, text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> errors(byte[] content) {
        ConfigurationException e =
                catchThrowableOfType(ConfigurationException.class, () -> InstanceFile.read(FILE, content));
        assertThat(e).as("errors").isNotNull();
        return e.problems().stream().map(Problem::toString).toList();
    }

    private static List<String> errors(String text) {
        return errors(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void hoconAndJsonSayTheSame() throws Exception {
        Map<String, List<StaticInstance>> expected = Map.of(
                "echo",
                List.of(
                        new StaticInstance("127.0.0.1", 1, 2, "1.10", Map.of("zone", "a")),
                        new StaticInstance("::1", 2, 1, "", Map.of())),
                "lab.Chat",
                List.of());
        assertThat(read("""
                        # a comment
                        services {
                          echo = [
                            { address = "127.0.0.1:1", weight = 2, version = 1.10, metadata { zone = a } }
                            { address = "[::1]:2" }
                          ]
                          "lab.Chat" = []
                        }
                        """)).isEqualTo(expected);
        assertThat(read("""
                        {"services": {"echo": [
                          {"address": "127.0.0.1:1", "weight": 2, "version": "1.10", "metadata": {"zone": "a"}},
                          {"address": "[::1]:2"}], "lab.Chat": []}}
                        """)).isEqualTo(expected);
        assertThat(read("services {}")).isEmpty();
    }

    @Test
    void allErrorsAreToldWithTheirKeyAndLine() {
        assertThat(errors("""
                        services {
                          echo = [
                            { address = "127.0.0.1:99999", weight = -1 }
                            { adress = "127.0.0.1:1" }
                          ]
                        }
                        chat = []
                        """))
                .containsExactly(
                        "services.echo[0].address: 127.0.0.1:99999 (expected a port of 1-65535 after the last colon), instances.conf: line 3",
                        "services.echo[0].weight: -1 (expected a whole number from 0), instances.conf: line 3",
                        "services.echo[1].address: missing (expected host:port such as 127.0.0.1:50051, an IPv6 address in brackets), instances.conf: line 4",
                        "services.echo[1].adress: unknown key (did you mean services.echo[1].address?), instances.conf: line 4",
                        "chat: unknown key (expected services { NAME = [ { address = \"HOST:PORT\" } ] }), instances.conf: line 7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                    | services: missing (expected services { NAME",
                "echo = []             | echo: unknown key (expected services { NAME",
                "services = []         | services: [] (expected a block: { NAME = … })",
                "services { a = {} }   | services.a: {} (expected a list: [ … ])",
                "services { a = [      | instances.conf",
                "services = ${NOT_SET} | services: ${NOT_SET} (nothing sets NOT_SET",
                "include \"other\"     | include \"other\": a file of instances is read by itself",
                "include file(\"x\")   | include \"x\": a file of instances is read by itself",
            })
    void whatCannotBeUsedSaysWhy(String text, String part) {
        assertThat(errors(text)).anySatisfy(e -> assertThat(e).contains(part));
    }

    @Test
    void whatIsNoTextOrNestedWithoutEndIsRefused() {
        assertThat(errors(new byte[] {'a', (byte) 0xff}))
                .containsExactly("instances.conf: is not UTF-8 text (save it as UTF-8)");
        assertThat(errors(new byte[] {'a', 0})).containsExactly("instances.conf: is not UTF-8 text (save it as UTF-8)");
        assertThat(errors("services = " + "[".repeat(200_000)))
                .containsExactly("instances.conf: blocks and lists are nested too deeply");
    }
}
