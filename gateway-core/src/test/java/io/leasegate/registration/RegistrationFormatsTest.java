package io.leasegate.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegistrationFormatsTest {

    @Test
    void knowsTheFormats() {
        assertThat(RegistrationFormats.known()).containsExactly("seed", "etcd-naming");
        assertThat(RegistrationFormats.auto().names()).containsExactly("seed", "etcd-naming");
        assertThat(RegistrationFormats.of(List.of("auto")).names()).containsExactly("seed", "etcd-naming");
        assertThat(RegistrationFormats.of(List.of("etcd-naming", "etcd-naming")).names())
                .containsExactly("etcd-naming");
    }

    @Test
    void refusesUnknownNames() {
        assertThatThrownBy(() -> RegistrationFormats.of(List.of("sead")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("formats: sead (expected auto or some of [seed, etcd-naming])");
        assertThatThrownBy(() -> RegistrationFormats.of(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("formats: none (expected auto or some of [seed, etcd-naming])");
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
    void saysWhatTheValueIsWhenNoFormatFits() {
        assertThat(reason("/config/x", "{\"host\":\"a\",\"user\":\"b\"}"))
                .isEqualTo("no accepted format [seed, etcd-naming] fits:"
                        + " the value is a JSON object with the fields host, user");
        assertThat(reason("/config/x", "{}"))
                .isEqualTo("no accepted format [seed, etcd-naming] fits: the value is a JSON object with no fields");
        assertThat(reason("/config/x", "")).endsWith("the value is empty (expected a JSON object)");
        assertThat(reason("/config/x", "debug")).contains("the value is not JSON: ");
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
