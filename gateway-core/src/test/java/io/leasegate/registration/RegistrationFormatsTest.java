package io.leasegate.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegistrationFormatsTest {

    private static final String KNOWN =
            "[seed, etcd-naming, kratos, kitex, go-micro, dubbo-interface, dubbo-application, jupiter,"
                    + " liyue201-grpc-lb, wwcd-grpc-lb, shenyu, skydns, hertz, rpcx, seata, apisix, traefik, vulcand, spring-cloud-etcd,"
                    + " goframe, go-zero, go-kit]";

    @Test
    void knowsTheFormats() {
        assertThat(RegistrationFormats.known()).hasToString(KNOWN);
        assertThat(RegistrationFormats.auto().names()).hasSize(21).doesNotContain("go-kit");
        assertThat(RegistrationFormats.of(List.of("auto", "go-kit")).names()).hasSize(22);
        assertThat(RegistrationFormats.of(List.of("etcd-naming", "etcd-naming")).names())
                .containsExactly("etcd-naming");
    }

    @Test
    void refusesUnknownNames() {
        assertThatThrownBy(() -> RegistrationFormats.of(List.of("sead")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("formats: sead (expected auto or some of " + KNOWN + ")");
        assertThatThrownBy(() -> RegistrationFormats.of(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("formats: none (expected auto or some of " + KNOWN + ")");
        assertThatThrownBy(() -> new KeyPrefix("/", "sead", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("format: sead (expected auto or one of " + KNOWN + ")");
        assertThatThrownBy(() -> new KeyPrefix("/", "", "a\nb"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("service: \"a b\" (expected a name without control characters)");
    }

    @Test
    void theClosestPrefixDecides() {
        RegistrationFormats formats = RegistrationFormats.of(
                List.of("seed"),
                List.of(
                        KeyPrefix.of("/"),
                        new KeyPrefix("/a/", "go-kit", "a"),
                        new KeyPrefix("/a/b/", "auto", ""),
                        new KeyPrefix("/a/b/c/", "", "c")));
        String kratos = "{\"name\":\"k\",\"endpoints\":[\"grpc://1.2.3.4:5\"]}";
        String seed = "{\"name\":\"s\",\"addr\":\"1.2.3.4:5\"}";
        assertThat(service(formats, "/x", seed)).isEqualTo("seed s");
        assertThat(service(formats, "/x", kratos)).isEmpty();
        assertThat(service(formats, "/a/1", "1.2.3.4:5")).isEqualTo("go-kit a");
        assertThat(service(formats, "/a/b/1", kratos)).isEqualTo("kratos k");
        assertThat(service(formats, "/a/b/c/1", seed)).isEqualTo("seed c");
        assertThat(service(formats, "/a/b/c/1", kratos)).isEmpty();
    }

    private static String service(RegistrationFormats formats, String key, String value) {
        Interpretation i = formats.interpret(entry(key, value));
        return i.registrations().isEmpty()
                ? ""
                : i.format() + " " + i.registrations().get(0).service();
    }

    @Test
    void whatOneFormatCannotTellIsLeftAloneUntilItIsNamed() {
        RegistryEntry bare = entry("/shop/10.0.0.1:80", "10.0.0.1:80");
        assertThat(RegistrationFormats.auto().interpret(bare).result()).isInstanceOf(ParseResult.Foreign.class);
        assertThat(RegistrationFormats.guess(bare))
                .isEqualTo("the value is an address: if it is a gRPC instance, name its prefix, as in"
                        + " { prefix = \"/shop/\", format = go-kit, service = \"NAME\" }");
        Interpretation named = RegistrationFormats.of(List.of("auto", "go-kit")).interpret(bare);
        assertThat(named.format()).isEqualTo("go-kit");
        assertThat(named.registrations().get(0).service()).isEqualTo("shop");
    }

    @Test
    void guessesWhatAnUnknownValueWasMeantToBe() {
        assertThat(RegistrationFormats.guess(
                        entry("/x/1", "{\"name\":\"a\",\"address\":\"10.0.0.1:1\",\"version\":\"1\"}")))
                .isEqualTo("nearest is seed, whose fields addr, weight are missing or have other names");
        assertThat(RegistrationFormats.guess(
                        entry("/x/1", "{\"Network\":\"tcp\",\"Address\":\"10.0.0.1:1\",\"tags\":{}}")))
                .isEqualTo("nearest is kitex, whose fields network, address, weight are missing or have other names");
        assertThat(RegistrationFormats.guess(entry("/x/1", "{\"color\":\"red\"}")))
                .isEmpty();
        assertThat(RegistrationFormats.guess(entry("/x/1", "hello"))).isEmpty();
        assertThat(RegistrationFormats.guess(entry("/x/1", "{\"name\":")))
                .startsWith("the value begins like a JSON object: ");
        assertThat(RegistrationFormats.guess(entry("/x/1.2.3.4:5", "hello")))
                .isEqualTo("the key ends in an address, but no format has such a value");
        assertThat(RegistrationFormats.guess(entry("/x/1", "http://10.0.0.1:80/")))
                .contains("format = go-kit");
    }

    @Test
    void theNamesOfFieldsGoBeforeTheLayoutOfTheKey() {
        // The key alone speaks for a format that is first in the list.
        RegistrationFormat byKey = format("by-key", Evidence.key("k"));
        RegistrationFormat byFields = format("by-fields", Evidence.fields("f"));
        RegistryEntry entry = entry("/a/1.2.3.4:5", "x");
        assertThat(new RegistrationFormats(List.of(byKey, byFields))
                        .interpret(entry)
                        .format())
                .isEqualTo("by-fields");
        Interpretation only = new RegistrationFormats(List.of(byKey)).interpret(entry);
        assertThat(only.format()).isEqualTo("by-key");
        assertThat(only.rule()).isEqualTo("k");
    }

    @Test
    void aLayoutThatTheValueAgreesWithGoesBeforeALookOfTheKey() {
        RegistrationFormat byKey = format("by-key", Evidence.key("k"));
        RegistrationFormat byLayout = format("by-layout", Evidence.layout("l"));
        assertThat(new RegistrationFormats(List.of(byKey, byLayout))
                        .interpret(entry("/a/1.2.3.4:5", "x"))
                        .format())
                .isEqualTo("by-layout");
    }

    @Test
    void saysWhatTheValueIsWhenNoFormatFits() {
        assertThat(reason("/config/x", "{\"host\":\"a\",\"user\":\"b\"}"))
                .isEqualTo("no accepted format fits: the value is a JSON object with the fields host, user");
        assertThat(reason("/config/x", "{}"))
                .isEqualTo("no accepted format fits: the value is a JSON object with no fields");
        assertThat(reason("/config/x", "")).endsWith("the value is empty (expected a JSON object)");
        assertThat(reason("/config/x", "debug")).contains("the value is not JSON: it is \"debug\"");
        assertThat(RegistrationFormats.of(List.of("kratos"))
                        .interpret(entry("/config/x", "debug"))
                        .result()
                        .reason())
                .startsWith("the format kratos does not fit: ");
    }

    private static String reason(String key, String value) {
        return ((ParseResult.Foreign)
                        RegistrationFormats.auto().interpret(entry(key, value)).result())
                .reason();
    }

    private static RegistryEntry entry(String key, String value) {
        return new RegistryEntry(key, value.getBytes(StandardCharsets.UTF_8));
    }

    private static RegistrationFormat format(String name, Evidence evidence) {
        return new RegistrationFormat() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public ParseResult parse(RegistryEntry entry) {
                return new ParseResult.Malformed("m", evidence);
            }
        };
    }
}
