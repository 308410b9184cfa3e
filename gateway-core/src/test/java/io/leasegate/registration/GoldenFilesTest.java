package io.leasegate.registration;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leasegate.endpoint.Traits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every file under {@code registration/NAME/} is an entry of the format NAME (key and value) and what must become of it:
 * {@code registered}, {@code notARegistration}, {@code malformed} or {@code foreign}. The format by itself must say so, and so must all
 * formats together; where {@code prefix} names a configured prefix, what is configured must.
 */
class GoldenFilesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TestFactory
    Stream<DynamicTest> everyFormatReadsItsFilesAsTheySay() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String format : RegistrationFormats.known()) {
            List<Path> files = files(format);
            assertThat(files).as("golden files of " + format).hasSizeGreaterThan(2);
            files.forEach(file ->
                    tests.add(DynamicTest.dynamicTest(format + "/" + file.getFileName(), () -> check(format, file))));
        }
        return tests.stream();
    }

    private static void check(String format, Path file) throws IOException {
        JsonNode golden = JSON.readTree(file.toFile());
        byte[] value = golden.has("value")
                ? golden.get("value").textValue().getBytes(StandardCharsets.UTF_8)
                : Base64.getDecoder().decode(golden.get("valueBase64").textValue());
        String key = golden.get("key").textValue();
        if (golden.has("prefix")) {
            JsonNode p = golden.get("prefix");
            KeyPrefix prefix = new KeyPrefix(
                    p.get("text").textValue(),
                    p.path("format").asText(""),
                    p.path("service").asText(""));
            RegistrationFormats configured =
                    RegistrationFormats.of(List.of(RegistrationFormats.AUTO), List.of(KeyPrefix.of("/"), prefix));
            check(golden, format, configured.interpret(new RegistryEntry(key, value)));
            return;
        }
        check(golden, format, RegistrationFormats.only(format).interpret(new RegistryEntry(key, value)));
        if (!golden.has("foreign")) {
            check(golden, format, RegistrationFormats.auto().interpret(new RegistryEntry(key, value)));
        }
    }

    private static void check(JsonNode golden, String format, Interpretation i) {
        if (golden.has("registered")) {
            assertThat(i.result().reason()).isEmpty();
            assertThat(i.registrations()).isEqualTo(registrations(golden.get("registered")));
            assertThat(i.notes()).isEqualTo(texts(golden.path("notes")));
        } else if (golden.has("notARegistration")) {
            assertThat(i.result()).isInstanceOf(ParseResult.NotARegistration.class);
            assertThat(i.result().reason())
                    .isEqualTo(golden.get("notARegistration").textValue());
        } else if (golden.has("foreign")) {
            assertThat(i.result()).isInstanceOf(ParseResult.Foreign.class);
            assertThat(i.format()).isEmpty();
            return;
        } else {
            assertThat(i.result()).isInstanceOf(ParseResult.Malformed.class);
            if (golden.has("malformed")) {
                assertThat(i.result().reason())
                        .isEqualTo(golden.get("malformed").textValue());
            } else {
                assertThat(i.result().reason())
                        .startsWith(golden.get("malformedPrefix").textValue());
            }
        }
        assertThat(i.format()).isEqualTo(format);
        assertThat(i.rule()).isEqualTo(golden.get("rule").textValue());
    }

    private static List<Registration> registrations(JsonNode expected) {
        List<Registration> list = new ArrayList<>();
        for (JsonNode r : expected) {
            HostPort address = HostPort.parse(r.get("address").textValue());
            Map<String, String> metadata = new HashMap<>();
            r.get("metadata")
                    .properties()
                    .forEach(e -> metadata.put(e.getKey(), e.getValue().textValue()));
            Traits traits = new Traits(
                    r.get("weight").longValue(),
                    r.get("version").textValue(),
                    r.path("zone").asText(""),
                    r.path("region").asText(""),
                    texts(r.path("tags")),
                    r.path("protocol").asText(""),
                    r.path("tls").asBoolean(false),
                    r.path("enabled").asBoolean(true),
                    r.path("healthy").asBoolean(true),
                    metadata);
            list.add(new Registration(r.get("service").textValue(), address.host(), address.port(), traits));
        }
        return list;
    }

    private static List<String> texts(JsonNode array) {
        List<String> list = new ArrayList<>();
        array.forEach(e -> list.add(e.textValue()));
        return list;
    }

    static List<Path> files(String format) {
        try (Stream<Path> files =
                Files.list(Path.of(requireNonNull(GoldenFilesTest.class.getResource("/registration/" + format))
                        .toURI()))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
