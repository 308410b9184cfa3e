package io.leasegate.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs jcstress on what threads share: the table of routes, an endpoint's counters and state, the bytes in queues. Nothing else is
 * shared between loops (ARCHITECTURE.md, "Threads"). {@code -Dleasegate.stress.millis=1000} gives each more time, and {@code
 * -Dleasegate.stress.modes=all} every mode of the virtual machine.
 */
@Timeout(1_200)
class ThreadsMeetTest {

    private static final Pattern RESULTS = Pattern.compile(
            "Results: (\\d+) planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard errs");
    private static final int TESTS = 6;

    @Test
    void noForbiddenOutcome(@TempDir Path folder) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "org.openjdk.jcstress.Main",
                "-t",
                "io.leasegate.stress",
                "-time",
                System.getProperty("leasegate.stress.millis", "200"),
                "-iters",
                "3",
                "-f",
                "1",
                "-sc",
                "false",
                "-af",
                "NONE"));
        if (!System.getProperty("leasegate.stress.modes", "one").equals("all")) {
            command.addAll(List.of("-jvmArgs", "-Xmx256m"));
        }
        Path output = folder.resolve("output");
        Process jcstress = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(jcstress.waitFor(1_000, TimeUnit.SECONDS))
                    .as("jcstress ends")
                    .isTrue();
        } finally {
            jcstress.destroyForcibly();
        }
        String said = Files.readString(output);
        assertThat(jcstress.exitValue()).as(said).isZero();
        Matcher results = RESULTS.matcher(said);
        int passed = 0;
        while (results.find()) {
            passed = Integer.parseInt(results.group(2));
            assertThat(passed + "/" + results.group(3) + "/" + results.group(4) + "/" + results.group(5))
                    .as(said)
                    .isEqualTo(passed + "/0/0/0");
        }
        assertThat(passed).as(said).isGreaterThanOrEqualTo(TESTS);
    }
}
