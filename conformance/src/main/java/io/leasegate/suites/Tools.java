package io.leasegate.suites;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The programs that suites need, in versions that are fixed here. What is missing is installed into a folder of the user's cache, which
 * later runs, and other checkouts, find there. One thread.
 */
final class Tools {

    /** A program that Go builds: the package that it is, and its version. */
    enum GoTool {
        H2SPEC("github.com/summerwind/h2spec/cmd/h2spec", "v2.2.1+incompatible"),
        CONNECT_CONFORMANCE("connectrpc.com/conformance/cmd/connectconformance", "v1.0.7"),
        REFERENCE_SERVER("connectrpc.com/conformance/cmd/referenceserver", "v1.0.7"),
        INTEROP_CLIENT("google.golang.org/grpc/interop/client", "v1.85.0"),
        INTEROP_SERVER("google.golang.org/grpc/interop/server", "v1.85.0"),
        INTEROP_HTTP2("google.golang.org/grpc/interop/http2", "v1.85.0");

        private final String path;
        private final String version;

        GoTool(String path, String version) {
            this.path = path;
            this.version = version;
        }

        private String program() {
            return path.substring(path.lastIndexOf('/') + 1);
        }

        private String folder() {
            return program() + "-" + version;
        }
    }

    private static final Duration INSTALL_LIMIT = Duration.ofMinutes(20);
    private static final Duration LOOK_LIMIT = Duration.ofMinutes(1);
    private static final int OLDEST_GO_MINOR = 21;
    private static final String INSTALL_GO = "install Go 1.26 or newer (https://go.dev/dl)";
    private static final Pattern GO_VERSION = Pattern.compile("go1\\.(\\d+)");

    private final Path cache;
    private final Path clients;
    private final Path registrars;
    private final PrintWriter progress;

    /**
     * @param cache where tools are installed
     * @param sources the folder of the programs that are ours: the Python and Node clients, and those that register
     * @param progress is told what takes long
     */
    Tools(Path cache, Path sources, PrintWriter progress) {
        this.cache = cache;
        this.clients = sources.resolve("clients");
        this.registrars = sources.resolve("registrars");
        this.progress = progress;
    }

    /** The folder for tools when nobody names one. */
    static Path userCache(Map<String, String> environment) {
        String named = environment.getOrDefault("LEASEGATE_TOOLS", "");
        if (!named.isEmpty()) {
            return Path.of(named).toAbsolutePath();
        }
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path base = xdg.isEmpty()
                ? Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".cache")
                : Path.of(xdg);
        return base.resolve("leasegate").resolve("tools");
    }

    /** Where the program is once it was installed. */
    Path path(GoTool tool) {
        return cache.resolve(tool.folder()).resolve(tool.program());
    }

    void install(GoTool... tools) throws MissingToolException, IOException, InterruptedException {
        for (GoTool tool : tools) {
            if (!Files.isExecutable(path(tool))) {
                install(tool);
            }
        }
    }

    private void install(GoTool tool) throws MissingToolException, IOException, InterruptedException {
        requireGo();
        Path building = newFolder();
        progress.println("  installing " + tool.program() + " " + tool.version + " with Go");
        Child go = Child.run(
                building.resolve("install.log"),
                INSTALL_LIMIT,
                Map.of("GOBIN", building.toString(), "GOFLAGS", "-mod=mod"),
                List.of("go", "install", tool.path + "@" + tool.version));
        if (!go.succeeded()) {
            throw new MissingToolException(
                    "go install " + tool.path + "@" + tool.version + " failed:\n" + go.lastLines());
        }
        publish(building, tool.folder());
    }

    /** The program that registers, built from the sources as they are now. */
    Path path(Registrar registrar) throws IOException {
        return cache.resolve(folder(registrar)).resolve(registrar.id());
    }

    /** A change to the sources, or to the versions of the libraries, makes another program. */
    private String folder(Registrar registrar) throws IOException {
        return "registrar-" + registrar.id() + "-"
                + Folders.digest(registrars, List.of("go.mod", "go.sum", "server", registrar.id()));
    }

    void install(Registrar registrar) throws MissingToolException, IOException, InterruptedException {
        if (Files.isExecutable(path(registrar))) {
            return;
        }
        requireGo();
        Path building = newFolder();
        progress.println("  building the registrar " + registrar.id() + " with Go");
        Path log = cache.resolve("registrar-" + registrar.id() + ".log");
        Map<String, String> environment = Map.of("GOFLAGS", "-mod=readonly -buildvcs=false", "GOWORK", "off");
        // Fetches what the program needs and compiles nothing: a library that cannot be had is no mistake of the
        // program.
        Child fetched = Child.run(
                log,
                INSTALL_LIMIT,
                environment,
                List.of("go", "list", "-C", registrars.toString(), "-deps", "./" + registrar.id()));
        if (!fetched.succeeded()) {
            throw new MissingToolException(
                    "the libraries of " + registrar.id() + " cannot be had:\n" + fetched.lastLines());
        }
        step(
                log,
                environment,
                "go",
                "build",
                "-C",
                registrars.toString(),
                "-o",
                building.resolve(registrar.id()).toString(),
                "./" + registrar.id());
        publish(building, folder(registrar));
    }

    /** Sees to it that there is the etcd that {@code EtcdProcess} starts. */
    void requireEtcd() throws MissingToolException, IOException, InterruptedException {
        require(
                System.getenv().getOrDefault("LEASEGATE_ETCD", "etcd"),
                "--version",
                "etcd is not here: install etcd-server, or let LEASEGATE_ETCD name the binary");
    }

    /** The Python that has what the Python client needs. */
    Path python() {
        return cache.resolve("python-client").resolve("bin").resolve("python");
    }

    /** The folder that holds the Node client and what it needs. */
    Path node() {
        return cache.resolve("node-client");
    }

    void installPython() throws MissingToolException, IOException, InterruptedException {
        Path wanted = clients.resolve("python").resolve("requirements.txt");
        Path folder = cache.resolve("python-client");
        if (sameFile(wanted, folder.resolve("requirements.txt"))) {
            return;
        }
        require("python3", "--version", "Python is not here: install python3 and python3-venv");
        Files.createDirectories(cache);
        Path log = cache.resolve("python-client.log");
        progress.println("  installing the Python client's libraries");
        // A virtual environment knows its own path, so it is made in its place; the list of what is in it is written
        // last.
        Files.deleteIfExists(folder.resolve("requirements.txt"));
        if (!Child.run(log, INSTALL_LIMIT, List.of("python3", "-m", "venv", "--clear", folder.toString()))
                .succeeded()) {
            throw new MissingToolException("Python cannot make a virtual environment: install python3-venv");
        }
        step(log, python().toString(), "-m", "pip", "install", "--quiet", "-r", wanted.toString());
        Files.copy(wanted, folder.resolve("requirements.txt"), StandardCopyOption.REPLACE_EXISTING);
    }

    void installNode() throws MissingToolException, IOException, InterruptedException {
        Path wanted = clients.resolve("node").resolve("package.json");
        if (!sameFile(wanted, node().resolve("package.json")) || !Files.isDirectory(node().resolve("node_modules"))) {
            require("node", "--version", "Node is not here: install nodejs and npm");
            require("npm", "--version", "npm is not here: install npm");
            Path building = newFolder();
            progress.println("  installing the Node client's libraries");
            Files.copy(wanted, building.resolve("package.json"));
            step(
                    cache.resolve("node-client.log"),
                    "npm",
                    "install",
                    "--prefix",
                    building.toString(),
                    "--no-audit",
                    "--no-fund",
                    "--no-package-lock");
            publish(building, "node-client");
        }
        // Node looks for libraries from where the source is.
        Files.copy(
                clients.resolve("node").resolve("client.js"),
                node().resolve("client.js"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** An older one does not fetch the version of Go that a program asks for. */
    private void requireGo() throws MissingToolException, IOException, InterruptedException {
        String said = require("go", "version", "Go is not here: " + INSTALL_GO);
        if (minorOfGo(said) < OLDEST_GO_MINOR) {
            throw new MissingToolException(said.strip() + " is too old: " + INSTALL_GO);
        }
    }

    /** The 26 in {@code go version go1.26.8 linux/amd64}; a large number for what is not told in this way. */
    static int minorOfGo(String said) {
        Matcher version = GO_VERSION.matcher(said);
        return version.find() ? Integer.parseInt(version.group(1)) : Integer.MAX_VALUE;
    }

    /** Sees to it that a program is here, and returns what it answers to a question. */
    private String require(String program, String question, String otherwise)
            throws MissingToolException, IOException, InterruptedException {
        Files.createDirectories(cache);
        Child child;
        try {
            child = Child.run(
                    cache.resolve(Path.of(program).getFileName() + ".log"), LOOK_LIMIT, List.of(program, question));
        } catch (IOException e) {
            MissingToolException missing = new MissingToolException(otherwise);
            missing.initCause(e);
            throw missing;
        }
        if (!child.succeeded()) {
            throw new MissingToolException(otherwise);
        }
        return child.output();
    }

    private static void step(Path log, String... command) throws IOException, InterruptedException {
        step(log, Map.of(), command);
    }

    private static void step(Path log, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        Child child = Child.run(log, INSTALL_LIMIT, environment, List.of(command));
        if (!child.succeeded()) {
            throw new IOException(String.join(" ", command) + " failed:\n" + child.lastLines());
        }
    }

    private static boolean sameFile(Path wanted, Path there) throws IOException {
        return Files.exists(there) && Files.mismatch(wanted, there) < 0;
    }

    private Path newFolder() throws IOException {
        Files.createDirectories(cache);
        return Files.createTempDirectory(cache, "new-");
    }

    /** Puts a folder that is complete in its place, so that a run that was broken off leaves nothing that looks whole. */
    private void publish(Path built, String name) throws IOException {
        Path place = cache.resolve(name);
        Folders.delete(place);
        Files.move(built, place);
    }
}
