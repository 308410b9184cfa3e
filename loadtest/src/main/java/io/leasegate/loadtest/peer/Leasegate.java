package io.leasegate.loadtest.peer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Leasegate as {@code serve} runs it: one event loop, everything else at its defaults, metrics and access log among that. */
final class Leasegate implements Peer {

    static final String NAME = "leasegate";

    private static final String FILE = "gateway.conf";

    private final String name;
    private final Path home;
    private final String more;

    /**
     * A checkout or an unpacked release.
     *
     * @param name what it is called here
     * @param home the folder with its launcher
     * @param more further lines of configuration, inside {@code leasegate { }}
     */
    Leasegate(String name, Path home, String more) {
        this.name = name;
        this.home = home;
        this.more = more;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String title() {
        return name.equals(NAME) ? "Leasegate" : "Leasegate " + name;
    }

    @Override
    public @Nullable Path program() {
        Path launcher = home.resolve("leasegate");
        return Files.isExecutable(launcher) ? launcher : null;
    }

    @Override
    public List<String> versionCommand(Path program) {
        return List.of(program.toString(), "--version");
    }

    @Override
    public Launch launch(Path program, Setup setup) {
        return new Launch(
                Map.of(FILE, configuration(setup)),
                List.of(
                        program.toString(),
                        "serve",
                        "--config",
                        setup.file(FILE).toString()),
                environment());
    }

    @Override
    public List<String> checkCommand(Path program, Setup setup) {
        return List.of(program.toString(), "check", "--config", setup.file(FILE).toString());
    }

    @Override
    public boolean isLeasegate() {
        return true;
    }

    private static Map<String, String> environment() {
        // The Java that this process runs on; the launcher that started it has built what has to be built.
        return Map.of("JAVA_HOME", System.getProperty("java.home"), "LEASEGATE_SKIP_BUILD", "yes");
    }

    String configuration(Setup setup) {
        String tls = setup.tls() == null
                ? ""
                : ", tls { certificate = \"%s\", private-key = \"%s\" }"
                        .formatted(setup.tls().chain(), setup.tls().key());
        return """
                leasegate {
                  listeners = [ { address = "127.0.0.1", port = %d%s } ]
                  admin { address = "127.0.0.1", port = %d }
                  io.threads = 1
                  %s
                %s}
                """.formatted(
                        setup.port(),
                        tls,
                        setup.adminPort(),
                        discovery(setup),
                        more.isBlank() ? "" : "  " + more.strip() + "\n");
    }

    private static String discovery(Setup setup) {
        if (setup.etcdUrl() != null) {
            return "discovery.etcd.endpoints = [ \"%s\" ]".formatted(setup.etcdUrl());
        }
        StringBuilder instances = new StringBuilder();
        for (int port : setup.instancePorts()) {
            instances.append(" { address = \"127.0.0.1:%d\" }".formatted(port));
        }
        return "discovery.static.services { %s = [%s ] }".formatted(setup.service(), instances);
    }
}
