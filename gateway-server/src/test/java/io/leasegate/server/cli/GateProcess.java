package io.leasegate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.EtcdProcess;
import io.leasegate.testkit.Pause;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A gateway in a JVM of its own, in front of one instance of the service echo. */
final class GateProcess implements AutoCloseable {

    private static final Duration LONG = Duration.ofSeconds(60);

    final int port = EtcdProcess.freePorts(1)[0];
    final Process process;
    private final Path log;

    private GateProcess(Path directory, int instancePort, String listenerKeys, List<String> prefix) throws IOException {
        log = directory.resolve("gate.log");
        Path config = directory.resolve("gate.conf");
        Files.writeString(
                config,
                "leasegate {\n listeners = [ { address = \"127.0.0.1\", port = " + port + listenerKeys + " } ]\n"
                        + " admin.port = 0\n discovery.static.services { echo = [ { address = \"127.0.0.1:"
                        + instancePort + "\" } ] }\n}\n");
        // Whoever runs the tests in the background of a shell has SIGINT ignored, and a child would inherit that.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.addAll(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.leasegate.server.cli.Main",
                "serve",
                "--config",
                config.toString()));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        awaitLog("listener listener-0 on");
    }

    /** @param directory takes its configuration and its log */
    static GateProcess start(Path directory, int instancePort) throws IOException {
        return new GateProcess(directory, instancePort, "", List.of());
    }

    /** One that may have no more than so many files open; the keys belong to its listener and begin with a comma. */
    static GateProcess startWithFiles(int files, Path directory, int instancePort, String listenerKeys)
            throws IOException {
        return new GateProcess(
                directory,
                instancePort,
                listenerKeys,
                List.of("sh", "-c", "ulimit -n " + files + " && exec \"$0\" \"$@\""));
    }

    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitLog(String text) {
        Pause.until(LONG, () -> "no '" + text + "' in " + output(), () -> {
            boolean alive = process.isAlive();
            boolean said = output().contains(text);
            assertThat(alive || said).as(output()).isTrue();
            return said;
        });
    }

    void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Processor time that the process has taken, in hundredths of a second (proc(5): utime and stime). */
    long cpuTicks() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
