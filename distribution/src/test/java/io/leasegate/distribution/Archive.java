package io.leasegate.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The release archive, unpacked, and a way to run its launcher with the Java that runs the test. */
final class Archive {

    static final String VERSION = property("leasegate.version");

    private final Path home;

    private Archive(Path home) {
        this.home = home;
    }

    static Archive unpackInto(Path folder) throws Exception {
        Process tar = new ProcessBuilder("tar", "-xzf", property("leasegate.archive"), "-C", folder.toString())
                .inheritIO()
                .start();
        if (!tar.waitFor(60, TimeUnit.SECONDS) || tar.exitValue() != 0) {
            throw new AssertionError("the archive cannot be unpacked");
        }
        return new Archive(folder.resolve("leasegate-" + VERSION));
    }

    Path launcher() {
        return home.resolve("leasegate");
    }

    Path home() {
        return home;
    }

    /** What a command printed on either output, and its exit code. */
    record Result(int exitCode, String output, String errors) {}

    /** Runs a command to its end in an empty environment but for the given variables. */
    static Result run(Path workingFolder, Map<String, String> variables, String... command) throws Exception {
        Path out = Files.createTempFile(workingFolder, "out", "");
        Path err = Files.createTempFile(workingFolder, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(workingFolder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        setEnvironment(builder, variables);
        Process process = builder.start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("no end of " + List.of(command) + ": " + Files.readString(err));
        }
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    static void setEnvironment(ProcessBuilder builder, Map<String, String> variables) {
        String path = builder.environment().getOrDefault("PATH", "/usr/bin:/bin");
        String etcd = builder.environment().getOrDefault("LEASEGATE_ETCD", "");
        builder.environment().clear();
        builder.environment().put("PATH", path);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        if (!etcd.isEmpty()) {
            builder.environment().put("LEASEGATE_ETCD", etcd);
        }
        builder.environment().putAll(variables);
    }

    Result leasegate(Path workingFolder, Map<String, String> variables, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(launcher().toString()));
        command.addAll(List.of(arguments));
        return run(workingFolder, variables, command.toArray(String[]::new));
    }

    /** A folder that looks like a Java of the given version and prints, one a line, the arguments that it is started with. */
    static Path fakeJava(Path parent, String version) throws IOException {
        Path fake = parent.resolve("fake-" + version);
        Path java = Files.createDirectories(fake.resolve("bin")).resolve("java");
        Files.writeString(fake.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        if (!java.toFile().setExecutable(true)) {
            throw new IOException(java + " cannot be made executable");
        }
        return fake;
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name);
    }
}
