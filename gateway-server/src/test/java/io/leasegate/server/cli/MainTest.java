package io.leasegate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as scripts see it: exit codes, and what goes where. */
class MainTest {

    @TempDir
    private Path directory = Path.of("");

    @Test
    void checkOfAGoodFile() throws IOException {
        Path file = write("leasegate.discovery.etcd.endpoints = [ \"http://127.0.0.1:2379\" ]\n");

        assertThat(run("check", "--config", file.toString())).isEqualTo(new Result(0, "ok: " + file + "\n", ""));
        assertThat(run("check", "-c=" + file)).isEqualTo(new Result(0, "ok: " + file + "\n", ""));
    }

    @Test
    void checkOfABadFileListsAllErrors() throws IOException {
        Path file = write("""
                leasegate {
                  listeners = [
                    { address = "127.0.0.1", port = 70000 } ]
                  lisners = []
                  discovery.etcd.endpoints = [ "http://127.0.0.1:2379" ]
                }
                """);

        assertThat(run("check", "--config", file.toString()))
                .isEqualTo(new Result(2, "", """
                leasegate.listeners[0].port: 70000 (expected 1-65535), FILE: line 3
                leasegate.lisners: unknown key (did you mean leasegate.listeners?), FILE: line 4
                """.replace("FILE", file.toString())));
    }

    @Test
    void checkPrintsWarningsAndIsOk() throws IOException {
        Path file =
                write("leasegate.discovery.static.services { a = [] }\nleasegate.services.a.limits.adaptive = true\n");

        assertThat(run("check", "--config", file.toString()))
                .isEqualTo(new Result(
                        0,
                        "ok: " + file + "\n",
                        "warning: leasegate.services.a.limits.adaptive: read and checked, but without effect in this version, "
                                + file + ": line 2\n"));
    }

    @Test
    void checkOfAMissingFile() {
        Path file = directory.resolve("none.conf");

        assertThat(run("check", "--config", file.toString()))
                .isEqualTo(new Result(2, "", file + ": no such file (write one, or start from a sample in conf/)\n"));
    }

    /** The form without picocli answers like the one with it. */
    @Test
    void serveReadsItsFileHoweverItIsNamed() throws IOException {
        Path bad = write("lisners = []\n");
        Result expected = run("serve", "-c", bad.toString());
        assertThat(expected.exit()).isEqualTo(2);
        assertThat(expected.err()).startsWith("lisners: unknown key");
        assertThat(run("serve", "--config", bad.toString())).isEqualTo(expected);
        assertThat(run("serve", "--config=" + bad)).isEqualTo(expected);

        Path missing = directory.resolve("none.conf");
        assertThat(run("serve", "--config", missing.toString())).isEqualTo(run("serve", "-c", missing.toString()));
        assertThat(run("serve", "--config").err()).startsWith("Missing required parameter for option '--config'");
        assertThat(run("serve", "--config", "--confg").exit()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "check"})
    void helpAndVersion(String command) {
        Result help = run(words(command, "--help"));
        assertThat(help.exit()).isZero();
        assertThat(help.out())
                .startsWith(command.isEmpty() ? "Usage: leasegate [" : "Usage: leasegate " + command + " ")
                .contains("--help", "--version");
        assertThat(help.err()).isEmpty();

        Result version = run(words(command, "--version"));
        assertThat(version.exit()).isZero();
        assertThat(version.out()).matches("(?s)leasegate [0-9]+\\.[0-9]+\\.[0-9]+.*\nJava .*\n");
        assertThat(version.err()).isEmpty();
    }

    @Test
    void helpNamesAllCommandsAndExitCodes() {
        assertThat(run("--help").out()).contains("\n  check  ", "\n  test  ", "\nExit codes:\n");
    }

    @Test
    void aMissingCommandIsWrongUse() {
        Result result = run();
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("A command is missing.\nUsage: leasegate ");
    }

    @Test
    void aMisspeltCommandOrOptionIsNamedWithTheNearest() {
        Result command = run("chek");
        assertThat(command.exit()).isEqualTo(2);
        assertThat(command.err()).contains("'chek'").contains("Did you mean: leasegate check");

        Result option = run("check", "--confg", "x");
        assertThat(option.exit()).isEqualTo(2);
        assertThat(option.err()).contains("'--confg'").contains("--config");

        Result missing = run("check");
        assertThat(missing.exit()).isEqualTo(2);
        assertThat(missing.err()).startsWith("Missing required option: '--config=FILE'\n");
    }

    private static String[] words(String... words) {
        return List.of(words).stream().filter(w -> !w.isEmpty()).toArray(String[]::new);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("gate.conf"), text);
    }

    static Result run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Result(exit, out.toString(), err.toString());
    }

    record Result(int exit, String out, String err) {}
}
