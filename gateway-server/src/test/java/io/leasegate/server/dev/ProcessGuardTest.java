package io.leasegate.server.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessGuardTest {

    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    @TempDir
    private Path parent = Path.of("");

    private final List<Process> sleepers = new ArrayList<>();

    @AfterEach
    void tidy() {
        sleepers.forEach(Process::destroyForcibly);
    }

    @Test
    void killsWhatItWasToldOfAndDeletesTheFolder() throws Exception {
        Path folder = Files.createDirectories(parent.resolve("stack with spaces"));
        Files.writeString(folder.resolve("a file"), "text");
        ProcessGuard guard = new ProcessGuard(folder);
        Process known = sleeper();
        Process forgotten = sleeper();
        guard.add(known.pid());
        guard.add(forgotten.pid());
        guard.remove(forgotten.pid());
        guard.close();
        assertThat(known.waitFor(LIMIT_NANOS, TimeUnit.NANOSECONDS)).isTrue();
        assertThat(known.exitValue()).isEqualTo(128 + 9);
        assertThat(forgotten.isAlive()).isTrue();
        assertThat(folder).doesNotExist();
        assertThat(parent).exists();
    }

    @Test
    void actsWhenTheProcessThatStartedItIsKilled() throws Exception {
        Path folder = Files.createDirectories(parent.resolve("stack"));
        Process sleeper = sleeper();
        // A JVM of its own, so that it can be killed.
        Process owner = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        GuardOwner.class.getName(),
                        folder.toString(),
                        Long.toString(sleeper.pid()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        sleepers.add(owner);
        assertThat(owner.inputReader().readLine()).isEqualTo("guarded");
        assertThat(sleeper.isAlive()).isTrue();
        owner.destroyForcibly().waitFor();
        assertThat(sleeper.waitFor(LIMIT_NANOS, TimeUnit.NANOSECONDS)).isTrue();
        long end = System.nanoTime() + LIMIT_NANOS;
        while (Files.exists(folder) && System.nanoTime() < end) {
            Thread.sleep(10);
        }
        assertThat(folder).doesNotExist();
    }

    private Process sleeper() throws IOException {
        Process process = new ProcessBuilder("sleep", "60").start();
        sleepers.add(process);
        return process;
    }

    /** Has a guard, and waits to be killed. */
    static final class GuardOwner {

        private GuardOwner() {}

        public static void main(String[] args) throws Exception {
            new ProcessGuard(Path.of(args[0])).add(Long.parseLong(args[1]));
            System.out.println("guarded");
            System.out.flush();
            System.in.read();
        }
    }
}
