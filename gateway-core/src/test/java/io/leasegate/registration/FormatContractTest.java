package io.leasegate.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every format promises, whatever it is given. A new format is in it by being in the list; its sample is one line here. */
class FormatContractTest {

    /** A golden file of each format that registers one instance. */
    private static final Map<String, String> SAMPLES = Map.of("seed", "with-version", "etcd-naming", "plain");

    static Stream<RegistrationFormats> formats() {
        return Stream.concat(
                RegistrationFormats.known().stream().map(name -> RegistrationFormats.of(List.of(name))),
                Stream.of(RegistrationFormats.auto()));
    }

    static Stream<String> names() {
        return RegistrationFormats.known().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void autoFindsTheFormat(String name) throws IOException {
        RegistryEntry sample = sample(name);
        Interpretation i = RegistrationFormats.auto().interpret(sample);
        assertThat(i.format()).isEqualTo(name);
        assertThat(i.result()).isInstanceOf(ParseResult.Registered.class);
        assertThat(i).isEqualTo(RegistrationFormats.of(List.of(name)).interpret(sample(name)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void otherFormatsLeaveTheSampleAlone(String name) throws IOException {
        for (String other : RegistrationFormats.known()) {
            if (!other.equals(name)) {
                assertThat(RegistrationFormats.of(List.of(other))
                                .interpret(sample(name))
                                .result())
                        .isInstanceOf(ParseResult.Foreign.class);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void hugeValuesAndKeysAreForeign(RegistrationFormats formats) {
        byte[] huge = "x".repeat(RegistryEntry.MAX_VALUE_BYTES + 1).getBytes(StandardCharsets.UTF_8);
        assertThat(formats.interpret(new RegistryEntry("/a/1.2.3.4:5", huge)).result())
                .isEqualTo(new ParseResult.Foreign("the value has 65537 bytes (expected at most 65536)"));
        String key = "/" + "k".repeat(5000);
        assertThat(formats.interpret(new RegistryEntry(key, new byte[0])).result())
                .isEqualTo(new ParseResult.Foreign("the key has 5001 characters (expected at most 4096)"));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void deepNestingIsRefused(RegistrationFormats formats) {
        String deep = "[".repeat(30_000) + "]".repeat(30_000);
        ParseResult result = formats.interpret(new RegistryEntry("/a/1.2.3.4:5", deep.getBytes(StandardCharsets.UTF_8)))
                .result();
        assertThat(result).isNotInstanceOf(ParseResult.Registered.class);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void randomBytesNeverThrow(RegistrationFormats formats) {
        Random random = new Random(20_210_709);
        for (int i = 0; i < 5_000; i++) {
            byte[] value = new byte[random.nextInt(64)];
            random.nextBytes(value);
            check(formats, new RegistryEntry("/hello/127.0.0.1:" + random.nextInt(99_999), value));
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void mutatedSamplesNeverThrow(String name) throws IOException {
        Random random = new Random(name.hashCode());
        JsonNode golden = golden(name);
        String key = golden.get("key").textValue();
        byte[] good = golden.get("value").textValue().getBytes(StandardCharsets.UTF_8);
        byte[] alphabet = "{}[]\",:0123456789eE+-.nulltruefalse \\/\u0000\u00ff".getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < 15_000; i++) {
            byte[] value = good.clone();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                value[random.nextInt(value.length)] = alphabet[random.nextInt(alphabet.length)];
            }
            check(RegistrationFormats.auto(), new RegistryEntry(key, value));
        }
    }

    /** Whatever comes out is complete and within bounds. */
    private static void check(RegistrationFormats formats, RegistryEntry entry) {
        Interpretation[] out = new Interpretation[1];
        assertThatCode(() -> out[0] = formats.interpret(entry)).doesNotThrowAnyException();
        ParseResult result = out[0].result();
        if (result instanceof ParseResult.Registered r) {
            for (Registration x : r.registrations()) {
                assertThat(x.service()).isNotBlank().hasSizeLessThanOrEqualTo(Fields.MAX_SERVICE_CHARS);
                assertThat(x.host()).isNotEmpty();
                assertThat(x.port()).isBetween(1, 65535);
                assertThat(x.weight()).isBetween(0L, Fields.MAX_WEIGHT);
                assertThat(x.metadata()).hasSizeLessThanOrEqualTo(Fields.MAX_METADATA_ENTRIES + 2);
            }
        } else {
            String reason = result instanceof ParseResult.Malformed m
                    ? m.reason()
                    : result instanceof ParseResult.NotARegistration n
                            ? n.reason()
                            : ((ParseResult.Foreign) result).reason();
            assertThat(reason).isNotBlank().hasSizeLessThan(400).doesNotContain("\n", "\r", "\u0000", "Exception");
        }
    }

    private static RegistryEntry sample(String name) throws IOException {
        JsonNode golden = golden(name);
        return new RegistryEntry(
                golden.get("key").textValue(), golden.get("value").textValue().getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode golden(String name) throws IOException {
        assertThat(SAMPLES).as("samples").containsKey(name);
        String file = "/registration/" + name + "/" + SAMPLES.get(name) + ".json";
        try (InputStream in = FormatContractTest.class.getResourceAsStream(file)) {
            return new ObjectMapper().readTree(in);
        }
    }
}
