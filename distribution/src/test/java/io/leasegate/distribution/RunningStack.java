package io.leasegate.distribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code leasegate dev} as a process, its output, and what it has started. Its folder for temporary files is its own. */
final class RunningStack implements AutoCloseable {

    /** How the last line of the summary begins. */
    private static final String LAST_LINE = "\n  kill -9 ";

    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Path temporary;
    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final List<ProcessHandle> everStarted = new ArrayList<>();

    RunningStack(Archive archive, Path folder, String... options) throws IOException {
        this(archive, folder, Map.of(), options);
    }

    /** With another program in etcd's place. */
    static RunningStack withEtcd(Archive archive, Path folder, String etcd, String... options) throws IOException {
        return new RunningStack(archive, folder, Map.of("LEASEGATE_ETCD", etcd), options);
    }

    private RunningStack(Archive archive, Path folder, Map<String, String> variables, String... options)
            throws IOException {
        temporary = Files.createTempDirectory(folder, "tmp");
        // Whoever runs the tests in the background of a shell has SIGINT ignored, and a child would inherit that.
        List<String> command = new ArrayList<>(
                List.of("env", "--default-signal=INT", archive.launcher().toString(), "dev"));
        command.addAll(List.of(options));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        Map<String, String> all = new HashMap<>(variables);
        all.put("LEASEGATE_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);
        Archive.setEnvironment(builder, all);
        process = builder.start();
        Thread reader = new Thread(this::readOutput, "dev-output");
        reader.setDaemon(true);
        reader.start();
    }

    private void readOutput() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
            }
        } catch (IOException e) {
            output.add(e.toString());
        }
    }

    String output() {
        return String.join("\n", output) + "\n";
    }

    void awaitUp() throws InterruptedException {
        await("dev is up", START_LIMIT, () -> output().contains(LAST_LINE) || !process.isAlive());
        if (!process.isAlive()) {
            throw new AssertionError("dev ended with " + process.exitValue() + ": " + output());
        }
        process.descendants().forEach(everStarted::add);
    }

    void awaitOutput(String text) throws InterruptedException {
        await("output: " + text, LIMIT, () -> output().contains(text));
    }

    /** The processes that it has started, the guard among them. */
    List<ProcessHandle> children() {
        return List.copyOf(everStarted);
    }

    /** The pid in the summary's line for an instance. */
    long pidOf(String instance) {
        Matcher matcher = Pattern.compile("^  " + instance + " .* pid (\\d+)$", Pattern.MULTILINE)
                .matcher(output());
        if (!matcher.find()) {
            throw new AssertionError("no pid of " + instance + " in: " + output());
        }
        return Long.parseLong(matcher.group(1));
    }

    /** Fetches a page of the admin listener. */
    String adminPage(String path) throws IOException, InterruptedException {
        Matcher matcher =
                Pattern.compile("(http://127.0.0.1:\\d+)/api/services").matcher(output());
        if (!matcher.find()) {
            throw new AssertionError("no admin address in: " + output());
        }
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(matcher.group(1) + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    void type(String line) throws IOException {
        process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n').flush();
    }

    void closeInput() throws IOException {
        process.getOutputStream().close();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                .start()
                .waitFor();
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("dev does not end: " + output());
        }
        return process.exitValue();
    }

    /** Waits until none of its processes and files is left. */
    void awaitNothingLeft() throws InterruptedException {
        await("no process left", LIMIT, () -> everStarted.stream().noneMatch(ProcessHandle::isAlive));
        await("no file left in " + temporary, LIMIT, () -> filesLeft() == 0);
    }

    private long filesLeft() {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.count();
        } catch (IOException e) {
            return -1;
        }
    }

    private void await(String what, Duration limit, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(what + ": not within " + limit + "; dev said: " + output());
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(everStarted::add);
        process.destroyForcibly();
        everStarted.forEach(ProcessHandle::destroyForcibly);
    }
}
