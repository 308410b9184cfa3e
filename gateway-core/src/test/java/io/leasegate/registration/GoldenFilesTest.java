package io.leasegate.registration;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
 * {@code registered}, {@code notARegistration}, {@code malformed} or {@code foreign}.
 */
class GoldenFilesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TestFactory
    Stream<DynamicTest> everyFormatReadsItsFilesAsTheySay() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String format : RegistrationFormats.known()) {
            RegistrationFormats formats = RegistrationFormats.of(List.of(format));
            List<Path> files = files(format);
            assertThat(files).as("golden files of " + format).hasSizeGreaterThan(10);
            files.forEach(file -> tests.add(
                    DynamicTest.dynamicTest(format + "/" + file.getFileName(), () -> check(formats, format, file))));
        }
        return tests.stream();
    }

    private static void check(RegistrationFormats formats, String format, Path file) throws IOException {
        JsonNode golden = JSON.readTree(file.toFile());
        byte[] value = golden.has("value")
                ? golden.get("value").textValue().getBytes(StandardCharsets.UTF_8)
                : Base64.getDecoder().decode(golden.get("valueBase64").textValue());
        Interpretation i = formats.interpret(new RegistryEntry(golden.get("key").textValue(), value));
        if (golden.has("registered")) {
            assertThat(i.result()).isInstanceOf(ParseResult.Registered.class);
            assertThat(((ParseResult.Registered) i.result()).registrations())
                    .isEqualTo(registrations(golden.get("registered")));
        } else if (golden.has("notARegistration")) {
            assertThat(i.result()).isInstanceOf(ParseResult.NotARegistration.class);
            assertThat(((ParseResult.NotARegistration) i.result()).reason())
                    .isEqualTo(golden.get("notARegistration").textValue());
        } else if (golden.has("foreign")) {
            assertThat(i.result()).isInstanceOf(ParseResult.Foreign.class);
            assertThat(i.format()).isEmpty();
            return;
        } else {
            assertThat(i.result()).isInstanceOf(ParseResult.Malformed.class);
            String reason = ((ParseResult.Malformed) i.result()).reason();
            if (golden.has("malformed")) {
                assertThat(reason).isEqualTo(golden.get("malformed").textValue());
            } else {
                assertThat(reason).startsWith(golden.get("malformedPrefix").textValue());
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
            list.add(new Registration(
                    r.get("service").textValue(),
                    address.host(),
                    address.port(),
                    r.get("weight").longValue(),
                    r.get("version").textValue(),
                    metadata,
                    false));
        }
        return list;
    }

    private static List<Path> files(String format) {
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
