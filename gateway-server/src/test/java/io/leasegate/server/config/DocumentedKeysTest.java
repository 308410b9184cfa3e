package io.leasegate.server.config;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the reference file, the manual and the samples to what the reader knows. */
class DocumentedKeysTest {

    private static final Path ROOT = Path.of("..");
    private static final Path REFERENCE = ROOT.resolve("conf/leasegate.reference.conf");
    private static final Path MANUAL = ROOT.resolve("docs/configuration.md");

    /** A setting that is commented out: what follows the # is not one space and a word, which is prose. */
    private static final Pattern COMMENTED_OUT = Pattern.compile("^(\\s*)#(?! \\S)(.*)$");

    @Test
    void theDefaultsOfTheBuildAreTheReferenceFile() throws IOException {
        try (InputStream built = Reference.class.getResourceAsStream(Reference.RESOURCE)) {
            assertThat(built).isNotNull();
            assertThat(new String(built.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(Files.readString(REFERENCE));
        }
    }

    @Test
    void theReferenceFileHasExactlyTheKeysThatAreKnown() throws IOException {
        assertThat(keysOf(parse(withAllSettings()))).isEqualTo(knownValues());
    }

    @Test
    void eachSettingOfTheReferenceFileHasACommentAboveIt() throws IOException {
        List<String> lines = withAllSettings();
        Pattern setting = Pattern.compile("^\\s*\"?[a-z][a-zA-Z.-]*\"?\\s*(=|\\{).*");
        boolean commented = false;
        int settings = 0;
        for (String line : lines) {
            if (setting.matcher(line).matches()
                    && !line.strip().matches("(leasegate|x-|service = \"stock|echo|hedge|timeouts|eviction).*")) {
                assertThat(commented).as("a comment above: " + line).isTrue();
                settings++;
            }
            commented = line.strip().startsWith("#");
        }
        assertThat(settings).isGreaterThan(100);
    }

    @Test
    void theReferenceFileWithAllItsSettingsIsValid(@TempDir Path directory) throws Exception {
        for (String name : List.of("server", "client-ca", "etcd-ca", "etcd-client", "ca", "client")) {
            Certificates.create(directory, name, "EC");
        }
        Certificates.create(directory, "other", "EC", "-ext", "SAN=dns:other.example");
        List<String> lines = withAllSettings().stream()
                .map(l -> l.replace("http://127.0.0.1:2379", "https://127.0.0.1:2379"))
                .map(l -> l.replace("enabled = false", "enabled = true"))
                .toList();
        Path file = Files.write(directory.resolve("all.conf"), lines);
        Files.writeString(directory.resolve("instances.conf"), "services {}");

        GatewayConfig config = ConfigLoader.load(file);

        assertThat(config.routes()).hasSize(3);
        assertThat(config.listeners().get(0).tls()).isNotNull();
        Set<String> warned = config.warnings().stream()
                .map(w -> w.message().replaceAll(":.*", "").replaceAll("\\[\\d+]", "[]"))
                .map(k -> k.replace("services.default", "services.NAME"))
                .collect(toCollection(TreeSet::new));
        assertThat(warned).isEqualTo(new TreeSet<>(NotYetInEffect.PATTERNS));
    }

    /** Whatever stands at a key, reading ends with a configuration or with errors, and an error is told with the line of its cause. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "[ {} ]",
                "[ [ 1 ] ]",
                "{ a = 1 }",
                "5",
                "-1",
                "\"\"",
                "\"a b\"",
                "none",
                "true",
                "null",
                "${?NOT_SET_1}",
                "${NOT_SET_1}"
            })
    void anyValueAtAnyKeyIsTakenOrRefusedWithItsLine(String odd, @TempDir Path directory) throws Exception {
        List<String> lines = withAllSettings();
        int replaced = 0;
        for (int i = 0; i < lines.size(); i++) {
            Matcher setting = Pattern.compile("(\\s*[a-z][a-z-]* )= ([^{\\[]+|\\[ [^{]* ])")
                    .matcher(lines.get(i));
            if (setting.matches()) {
                List<String> changed = new ArrayList<>(lines);
                changed.set(i, setting.group(1) + "= " + odd);
                int line = i + 1;
                try {
                    ConfigLoader.load(Files.write(directory.resolve("odd.conf"), changed));
                } catch (ConfigurationException e) {
                    // The files of certificates are not there; what is wrong with the odd value comes beside that.
                    assertThat(e.problems())
                            .as(changed.get(i))
                            .allSatisfy(p -> assertThat(p.line()).isPositive());
                    List<Problem> here =
                            e.problems().stream().filter(p -> p.line() == line).toList();
                    assertThat(here)
                            .as(changed.get(i))
                            .allSatisfy(p -> assertThat(p.message()).startsWith("leasegate."));
                    if (odd.equals("${NOT_SET_1}")) {
                        assertThat(here)
                                .as(changed.get(i))
                                .anySatisfy(p -> assertThat(p.message()).contains("nothing sets NOT_SET_1"));
                    }
                }
                replaced++;
            }
        }
        assertThat(replaced).isGreaterThan(85);
    }

    @Test
    void theManualHasASectionForEachKeyAndForNoOther() throws IOException {
        assertThat(manualSections().keySet()).isEqualTo(manualKeys());
    }

    @Test
    void theManualListsEachKeyInItsTable() throws IOException {
        Set<String> listed = new TreeSet<>();
        Matcher row = Pattern.compile("(?m)^\\| \\[`([^`]+)`]\\(#([a-z-]+)\\)( †)? \\|")
                .matcher(Files.readString(MANUAL));
        while (row.find()) {
            listed.add(row.group(1));
            assertThat(row.group(3) != null).as("† at " + row.group(1)).isEqualTo(NotYetInEffect.covers(row.group(1)));
        }
        assertThat(listed).isEqualTo(manualKeys());
    }

    @Test
    void theManualSaysOfEachKeyWhetherItIsInEffect() throws IOException {
        manualSections()
                .forEach((key, text) ->
                        assertThat(text.contains("Not yet in effect")).as(key).isEqualTo(NotYetInEffect.covers(key)));
    }

    @Test
    void theDefaultsInTheManualAreThoseOfTheReferenceFile() throws IOException {
        Config defaults = ConfigFactory.parseFile(REFERENCE.toFile());
        Map<String, String> sections = manualSections();
        int compared = 0;
        for (String key : sections.keySet()) {
            String path = key.replace("services.NAME", "services.default");
            ConfigValue value = path.contains("NAME") || path.contains("routes[]") ? null : find(defaults.root(), path);
            if (value != null) {
                String written = written(value);
                assertThat(sections.get(key)).as(key).contains("- Default: `" + written + "`");
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(45);
    }

    @ParameterizedTest
    @ValueSource(strings = {"edge.conf", "mesh.conf", "dev.conf", "container.conf"})
    void eachSampleIsValidAndUsesOnlyWhatIsInEffect(String name, @TempDir Path directory) throws Exception {
        // Beside the certificates that a sample may name.
        Certificates.create(Files.createDirectory(directory.resolve("tls")), "server", "EC");
        Path sample = Files.copy(ROOT.resolve("conf").resolve(name), directory.resolve(name));
        GatewayConfig config = ConfigLoader.load(sample);

        assertThat(config.warnings()).isEmpty();
        assertThat(config.discovery().etcd()).isNotNull();
    }

    @Test
    void noSampleIsLeftOut() throws IOException {
        try (var files = Files.list(ROOT.resolve("conf"))) {
            assertThat(files.map(f -> f.getFileName().toString()).filter(n -> n.endsWith(".conf")))
                    .containsExactlyInAnyOrder(
                            "edge.conf", "mesh.conf", "dev.conf", "container.conf", "leasegate.reference.conf");
        }
    }

    /**
     * The reference file with every setting that is commented out in effect. Where one shows a second form of the setting above it, that
     * one makes way for it.
     */
    private static List<String> withAllSettings() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(REFERENCE).stream()
                .map(line -> COMMENTED_OUT.matcher(line).replaceFirst("$1$2"))
                .toList());
        Pattern setting = Pattern.compile("(\\s*[a-z-]+ = ).*");
        for (int i = 0; i + 2 < lines.size(); i++) {
            Matcher m = setting.matcher(lines.get(i));
            if (m.matches() && lines.get(i + 2).startsWith(m.group(1))) {
                lines.set(i, "");
            }
        }
        return lines;
    }

    private static ConfigObject parse(List<String> lines) {
        return ConfigFactory.parseString(String.join("\n", lines)).root();
    }

    /** Keys with a value in the file, in the form of the known ones. */
    private static Set<String> keysOf(ConfigObject object) {
        Set<String> keys = new TreeSet<>();
        collect("", object, keys);
        return keys;
    }

    private static void collect(String path, ConfigValue value, Set<String> keys) {
        boolean free = path.endsWith(".metadata") || path.endsWith(".set") || path.endsWith(".add");
        if (value instanceof ConfigObject object && !free) {
            boolean names =
                    path.endsWith("static.services") || path.endsWith("dns.services") || path.endsWith("match.headers");
            object.forEach((key, child) -> collect(
                    (path.isEmpty() ? "" : path + ".") + (names || key.equals("default") ? "NAME" : key), child, keys));
            if (path.endsWith("hash-on") || path.endsWith("match.headers") || path.endsWith("match.identity")) {
                keys.add(path);
            }
        } else if (value instanceof ConfigList list && list.stream().anyMatch(ConfigObject.class::isInstance)) {
            if (!list.stream().allMatch(ConfigObject.class::isInstance)) {
                keys.add(path);
            }
            list.stream().filter(ConfigObject.class::isInstance).forEach(child -> collect(path + "[]", child, keys));
        } else if (!path.endsWith("match.headers.NAME")) {
            keys.add(path);
        }
    }

    /** The known keys that take a value, not those that only hold others; of a route's blocks for calls, one key each is shown. */
    private static Set<String> knownValues() {
        Set<String> inRoutes = Set.of(
                "leasegate.routes[].retry.attempts",
                "leasegate.routes[].hedge.attempts",
                "leasegate.routes[].timeouts.total",
                "leasegate.routes[].eviction.in-flight");
        return KnownKeys.all().stream()
                .filter(DocumentedKeysTest::takesValue)
                .filter(k -> !isCallBlockOfRoute(k) || inRoutes.contains(k))
                .collect(toCollection(TreeSet::new));
    }

    private static boolean takesValue(String key) {
        if (key.endsWith("hash-on")
                || key.endsWith("match.headers")
                || key.endsWith("match.identity")
                || key.endsWith("etcd.prefixes")) {
            return true;
        }
        return !key.equals("leasegate.discovery.static.services")
                && !key.equals("leasegate.discovery.dns.services")
                && KnownKeys.all().stream().noneMatch(k -> k.startsWith(key + ".") || k.startsWith(key + "[]."));
    }

    private static boolean isCallBlockOfRoute(String key) {
        return key.matches("leasegate\\.routes\\[]\\.(retry|hedge|timeouts|eviction)\\..*");
    }

    /** What the manual has a section for: values, and the blocks that a route shares with a service. */
    private static Set<String> manualKeys() {
        Set<String> keys = KnownKeys.all().stream()
                .filter(DocumentedKeysTest::takesValue)
                .filter(k -> !isCallBlockOfRoute(k))
                .collect(toCollection(TreeSet::new));
        keys.addAll(List.of(
                "leasegate.routes[].retry",
                "leasegate.routes[].hedge",
                "leasegate.routes[].timeouts",
                "leasegate.routes[].eviction",
                "leasegate.routes[].split"));
        return keys;
    }

    /** The text below each heading, by the keys that the heading names. */
    private static Map<String, String> manualSections() throws IOException {
        Map<String, String> sections = new LinkedHashMap<>();
        for (String part : Files.readString(MANUAL).split("(?m)^(?=##)", -1)) {
            if (part.startsWith("### ")) {
                Matcher key = Pattern.compile("`([^`]+)`")
                        .matcher(part.lines().findFirst().orElse(""));
                while (key.find()) {
                    sections.put(key.group(1), part);
                }
            }
        }
        return new TreeMap<>(sections);
    }

    private static @Nullable ConfigValue find(ConfigObject root, String path) {
        ConfigValue value = root;
        for (String key : path.split("\\.", -1)) {
            boolean inList = key.endsWith("[]");
            if (!(value instanceof ConfigObject object)) {
                return null;
            }
            value = object.get(inList ? key.substring(0, key.length() - 2) : key);
            if (inList && value instanceof ConfigList list) {
                value = list.get(0);
            }
        }
        return value;
    }

    private static String written(ConfigValue value) {
        if (value instanceof ConfigList list) {
            return list.stream()
                    .map(v -> v.unwrapped().toString())
                    .map(v -> v.equals("/") ? "\"/\"" : v)
                    .collect(joining(", ", "[ ", " ]"));
        }
        String text = String.valueOf(value.unwrapped());
        return text.isEmpty() ? "\"\"" : text;
    }
}
