package io.leasegate.registration;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leasegate.endpoint.Traits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every format promises, whatever it is given. A new format is in it by being in the list; its sample is one line here. */
class FormatContractTest {

    /** A golden file of each format that is in order; most formats register an instance by it. */
    private static final Map<String, String> SAMPLES = Map.ofEntries(
            entry("seed", "with-version"),
            entry("etcd-naming", "plain"),
            entry("kratos", "plain"),
            entry("kitex", "plain"),
            entry("go-micro", "plain"),
            entry("dubbo-interface", "java"),
            entry("dubbo-application", "java"),
            entry("jupiter", "plain"),
            entry("liyue201-grpc-lb", "plain"),
            entry("wwcd-grpc-lb", "plain"),
            entry("shenyu", "plain"),
            entry("skydns", "plain"),
            entry("hertz", "plain"),
            entry("rpcx", "plain"),
            entry("seata", "plain"),
            entry("apisix", "upstream-map"),
            entry("traefik", "url"),
            entry("vulcand", "server"),
            entry("spring-cloud-etcd", "plain"),
            entry("goframe", "plain"),
            entry("go-zero", "lease-id"),
            entry("go-kit", "address"));

    /** Formats whose instances do not speak gRPC, or that have none. */
    private static final Set<String> REGISTER_NOTHING =
            Set.of("hertz", "rpcx", "seata", "apisix", "traefik", "vulcand", "spring-cloud-etcd");

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
    void autoFindsTheFormatIfItCanBeFound(String name) throws IOException {
        Interpretation alone = RegistrationFormats.of(List.of(name)).interpret(sample(name));
        assertThat(alone.format()).isEqualTo(name);
        assertThat(alone.result())
                .isInstanceOf(
                        REGISTER_NOTHING.contains(name)
                                ? ParseResult.NotARegistration.class
                                : ParseResult.Registered.class);
        Interpretation found = RegistrationFormats.auto().interpret(sample(name));
        if (RegistrationFormats.auto().names().contains(name)) {
            assertThat(found).isEqualTo(alone);
        } else {
            assertThat(found.result()).isInstanceOf(ParseResult.Foreign.class);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void otherFormatsLeaveTheSampleAlone(String name) throws IOException {
        for (String other : RegistrationFormats.auto().names()) {
            if (!other.equals(name)) {
                assertThat(RegistrationFormats.only(other)
                                .interpret(sample(name))
                                .result())
                        .as(other)
                        .isInstanceOf(ParseResult.Foreign.class);
            }
        }
    }

    /** Whatever format a key looks like and whatever format its value has. */
    @Test
    void anyKeyWithAnyValueIsTakenOrRefused() throws IOException {
        List<JsonNode> goldens = new ArrayList<>();
        for (String name : RegistrationFormats.known()) {
            for (Path file : GoldenFilesTest.files(name)) {
                JsonNode golden = new ObjectMapper().readTree(file.toFile());
                if (golden.has("value")) {
                    goldens.add(golden);
                }
            }
        }
        RegistrationFormats everything = RegistrationFormats.of(
                Stream.concat(Stream.of("auto"), Stream.of("go-kit")).toList());
        for (JsonNode value : goldens) {
            byte[] bytes = value.get("value").textValue().getBytes(StandardCharsets.UTF_8);
            for (JsonNode key : goldens) {
                check(everything, new RegistryEntry(key.get("key").textValue(), bytes));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void hugeValuesAndKeysAreForeign(RegistrationFormats formats) {
        byte[] huge = "x".repeat(RegistryEntry.MAX_VALUE_BYTES + 1).getBytes(StandardCharsets.UTF_8);
        assertThat(formats.interpret(new RegistryEntry("/a/1.2.3.4:5", huge)).result())
                .isEqualTo(new ParseResult.Foreign("the value has 262145 bytes (expected at most 262144)"));
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
        for (int i = 0; i < 1_500; i++) {
            byte[] value = good.clone();
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                value[random.nextInt(value.length)] = alphabet[random.nextInt(alphabet.length)];
            }
            check(RegistrationFormats.auto(), new RegistryEntry(key, value));
            check(RegistrationFormats.of(List.of(name)), new RegistryEntry(key, value));
            check(RegistrationFormats.auto(), new RegistryEntry(mutated(key, random), good));
        }
    }

    private static String mutated(String key, Random random) {
        StringBuilder s = new StringBuilder(key);
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            s.setCharAt(random.nextInt(s.length()), "/%@:,.-=&?0aZ \u0000\ud800".charAt(random.nextInt(16)));
        }
        return s.toString();
    }

    /** Whatever comes out is complete and within bounds. Without a library of assertions: it runs half a million times. */
    private static void check(RegistrationFormats formats, RegistryEntry entry) {
        Interpretation i;
        try {
            i = formats.interpret(entry);
        } catch (RuntimeException e) {
            throw new AssertionError("failed for the key " + entry.key() + " with the value " + entry.text(), e);
        }
        for (Registration r : i.registrations()) {
            Traits t = r.traits();
            hold(!r.service().isBlank() && r.service().length() <= Fields.MAX_SERVICE_CHARS, r, entry);
            hold(!r.host().isEmpty() && r.port() >= 1 && r.port() <= 65535, r, entry);
            hold(t.weight() >= 0 && t.weight() <= Fields.MAX_WEIGHT, r, entry);
            hold(t.version().length() <= Fields.MAX_VERSION_CHARS, r, entry);
            hold(t.zone().length() <= Fields.MAX_VERSION_CHARS, r, entry);
            hold(t.tags().size() <= Fields.MAX_TAGS && t.metadata().size() <= MetadataMap.MAX_ENTRIES, r, entry);
        }
        hold(i.registrations().size() <= Fields.MAX_ADDRESSES, i, entry);
        i.notes().forEach(note -> hold(isOneShortLine(note), note, entry));
        if (i.registrations().isEmpty()) {
            hold(isOneShortLine(i.result().reason()), i, entry);
            hold(!i.result().reason().contains("Exception"), i, entry);
        }
    }

    private static boolean isOneShortLine(String text) {
        return !text.isBlank() && text.length() < 500 && text.chars().noneMatch(Character::isISOControl);
    }

    private static void hold(boolean condition, Object what, RegistryEntry entry) {
        if (!condition) {
            throw new AssertionError(what + " from the key " + entry.key() + " with the value " + entry.text());
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
