package io.leasegate.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.leasegate.distribution.Archive.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {

    @TempDir
    private static Path folder = Path.of("");

    private static Path elsewhere = Path.of("");

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Archive archive;

    @BeforeAll
    static void unpack() throws Exception {
        // A path with a space in it, since users have those.
        archive = Archive.unpackInto(Files.createDirectory(folder.resolve("a place")));
        elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    }

    @Test
    void tellsItsVersionAndHelpWithoutJava() throws Exception {
        Map<String, String> noJava = Map.of("JAVA_HOME", "/nowhere");
        assertThat(archive.leasegate(elsewhere, noJava, "--version"))
                .isEqualTo(new Result(0, "leasegate " + Archive.VERSION + "\n", ""));
        for (String help : List.of("--help", "-h", "help")) {
            Result result = archive.leasegate(elsewhere, noJava, help);
            assertThat(result.exitCode()).isZero();
            assertThat(result.output())
                    .contains(
                            "serve",
                            "check",
                            "registrations",
                            "explain",
                            "dev",
                            "bench",
                            "drill",
                            "soak",
                            "test",
                            "conformance",
                            "JAVA_HOME");
        }
    }

    @Test
    void withoutACommandShowsTheHelpAsAnError() throws Exception {
        Result result = archive.leasegate(elsewhere, Map.of());
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.output()).isEmpty();
        assertThat(result.errors()).contains("Usage: ./leasegate COMMAND");
    }

    @Test
    void checksAConfiguration() throws Exception {
        Files.writeString(
                elsewhere.resolve("good.conf"),
                "leasegate { discovery.static.services { echo = [ { address = \"127.0.0.1:1\" } ] } }");
        Files.writeString(elsewhere.resolve("bad.conf"), "leasegate { admin.port = 70000 }");
        Result good = archive.leasegate(elsewhere, Map.of(), "check", "--config", "good.conf");
        assertThat(good.exitCode()).as(good.errors()).isZero();
        assertThat(good.output()).contains("ok");
        Result bad = archive.leasegate(elsewhere, Map.of(), "check", "--config", "bad.conf");
        assertThat(bad.exitCode()).isEqualTo(2);
        assertThat(bad.output() + bad.errors()).contains("leasegate.admin.port: 70000");
    }

    @Test
    void everySubcommandHasHelp() throws Exception {
        for (String command : List.of("serve", "check", "registrations", "explain", "dev", "bench", "drill", "soak")) {
            Result result = archive.leasegate(elsewhere, Map.of(), command, "--help");
            assertThat(result.exitCode()).as(command + ": " + result.errors()).isZero();
            assertThat(result.output()).contains(command);
        }
        for (String service : List.of("greeter", "reception", "call")) {
            Result result = archive.leasegate(elsewhere, Map.of(), "demo", service, "--help");
            assertThat(result.exitCode()).isZero();
            assertThat(result.output()).contains("Usage: ./leasegate demo " + service);
        }
    }

    @Test
    void runsThroughSymbolicLinks() throws Exception {
        Path link = Files.createSymbolicLink(elsewhere.resolve("link"), archive.launcher());
        Path linkToLink = Files.createSymbolicLink(elsewhere.resolve("link-to-link"), Path.of("link"));
        assertThat(Archive.run(elsewhere, Map.of(), linkToLink.toString(), "--version")
                        .output())
                .isEqualTo("leasegate " + Archive.VERSION + "\n");
        assertThat(link).isSymbolicLink();
    }

    @Test
    void refusesAJavaHomeThatIsNone() throws Exception {
        Result result = archive.leasegate(elsewhere, Map.of("JAVA_HOME", "/nowhere"), "check");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.errors()).startsWith("leasegate: JAVA_HOME is /nowhere, where no bin/java runs");
    }

    @Test
    void refusesAnOldJava() throws Exception {
        for (String version : List.of("11.0.22", "1.8.0_402")) {
            Path old = Archive.fakeJava(folder, version);
            Result result = archive.leasegate(elsewhere, Map.of("JAVA_HOME", old.toString()), "check");
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.errors())
                    .contains("is Java " + (version.startsWith("1.") ? "1" : "11") + " (expected 17 or newer)");
        }
    }

    @Test
    void givesOptionsByVersionAndKindOfProcess() throws Exception {
        Path java17 = Archive.fakeJava(folder, "17.0.1");
        Path java25 = Archive.fakeJava(folder, "25");
        List<String> serve17 = arguments(java17, "", "serve", "--config", "x");
        assertThat(serve17)
                .contains("-XX:+UseSerialGC", "-XX:-UsePerfData")
                .doesNotContain("-XX:+UseCompactObjectHeaders", "-XX:TieredStopAtLevel=1")
                .noneMatch(option -> option.startsWith("--sun-misc-unsafe"))
                .endsWith("io.leasegate.server.cli.Main", "serve", "--config", "x");
        assertThat(arguments(java25, "", "serve"))
                .contains("-XX:+UseCompactObjectHeaders", "--sun-misc-unsafe-memory-access=allow");
        assertThat(arguments(java25, "", "check"))
                .contains("-XX:TieredStopAtLevel=1")
                .doesNotContain("-XX:+UseCompactObjectHeaders");
        assertThat(arguments(java25, "", "demo", "greeter", "--port", "1"))
                .contains("-Xmx64m")
                .endsWith("io.leasegate.examples.GreeterServer", "--port", "1");
    }

    @Test
    void appendsTheUsersOptions() throws Exception {
        Path java = Archive.fakeJava(folder, "21.0.4");
        List<String> arguments = arguments(java, "-Xmx99m  -Dpattern=*", "serve");
        assertThat(arguments).contains("-Xmx99m", "-Dpattern=*");
        assertThat(arguments.indexOf("-Xmx99m")).isGreaterThan(arguments.indexOf("-XX:+UseSerialGC"));
    }

    @Test
    void recordsWhatServeStartsFrom() throws Exception {
        Path unpacked = Files.createDirectory(folder.resolve(takesAnyPath() ? "to record" : "recorded"));
        Archive own = Archive.unpackInto(unpacked);
        Map<String, String> java = Map.of("LEASEGATE_JAVA_OPTS", "-Xlog:class+load:stdout");
        String line = "io.leasegate.server.cli.Serve source: ";
        Result before = own.leasegate(elsewhere, java, "serve", "--config", "none.conf");
        assertThat(before.output()).contains(line + "file:");

        Result recorded = own.leasegate(elsewhere, Map.of(), "cache");
        assertThat(recorded.exitCode()).as(recorded.errors()).isZero();
        assertThat(recorded.errors()).contains("the gateway's start is recorded");
        Result after = own.leasegate(elsewhere, java, "serve", "--config", "none.conf");
        // Nor is picocli loaded, whose classes no cache takes.
        assertThat(after.output()).contains(line + "shared objects file").doesNotContain(" picocli.");
        assertThat(after.exitCode()).isEqualTo(2);

        // It is there: nothing to do.
        assertThat(own.leasegate(elsewhere, Map.of(), "cache")).isEqualTo(new Result(0, "", ""));

        // A jar beside the gateway's own was changed since: Java would not notice.
        Path core = own.launcher().resolveSibling("lib/gateway-core-" + Archive.VERSION + ".jar");
        Files.setLastModifiedTime(core, FileTime.from(Instant.now()));
        Result changed = own.leasegate(elsewhere, java, "serve", "--config", "none.conf");
        assertThat(changed.output()).contains(line + "file:").doesNotContain(line + "shared objects file");
    }

    @Test
    void recordsNothingWhereJavaWouldNotUseIt() throws Exception {
        assumeThat(takesAnyPath()).isFalse();
        Archive own = Archive.unpackInto(Files.createDirectory(folder.resolve("not to record")));
        Result recorded = own.leasegate(elsewhere, Map.of(), "cache");
        assertThat(recorded.exitCode()).isZero();
        assertThat(recorded.errors()).contains("uses none for jars in a folder like '", "not to record", "or Java 25");
    }

    /** Whether the Java of these tests, which is the launcher's too, takes classes from a cache for jars whose path has a space in it. */
    private static boolean takesAnyPath() {
        return Runtime.version().feature() >= 25;
    }

    @Test
    void isNoCheckout() throws Exception {
        for (String command : List.of("test", "conformance")) {
            Result result = archive.leasegate(elsewhere, Map.of(), command);
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.errors()).contains(command + " needs a checkout of the source");
        }
    }

    private static List<String> arguments(Path java, String options, String... command) throws Exception {
        Result result = archive.leasegate(
                elsewhere, Map.of("JAVA_HOME", java.toString(), "LEASEGATE_JAVA_OPTS", options), command);
        assertThat(result.exitCode()).as(result.errors()).isZero();
        return result.output().lines().toList();
    }
}
