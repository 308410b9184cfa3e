package io.leasegate.loadtest.peer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Traefik: one processor, a file as its only provider, no access log, nothing sent home. */
final class Traefik implements Peer {

    private static final String STATIC_FILE = "traefik.yaml";
    private static final String DYNAMIC_FILE = "routes.yaml";

    @Override
    public String name() {
        return "traefik";
    }

    @Override
    public String title() {
        return "Traefik";
    }

    @Override
    public @Nullable Path program() {
        return Programs.find("traefik");
    }

    @Override
    public List<String> versionCommand(Path program) {
        return List.of(program.toString(), "version");
    }

    @Override
    public Launch launch(Path program, Setup setup) {
        return new Launch(
                Map.of(STATIC_FILE, staticConfiguration(setup), DYNAMIC_FILE, dynamicConfiguration(setup)),
                List.of(program.toString(), "--configFile=" + setup.file(STATIC_FILE)),
                Map.of("GOMAXPROCS", "1"));
    }

    static String staticConfiguration(Setup setup) {
        return """
                global:
                  checkNewVersion: false
                  sendAnonymousUsage: false
                log:
                  level: ERROR
                entryPoints:
                  clients:
                    address: "127.0.0.1:%d"
                    http2:
                      maxConcurrentStreams: 1000
                    transport:
                      respondingTimeouts:
                        readTimeout: 0s
                        writeTimeout: 0s
                        idleTimeout: 0s
                providers:
                  file:
                    filename: "%s"
                    watch: false
                """.formatted(setup.port(), setup.file(DYNAMIC_FILE));
    }

    static String dynamicConfiguration(Setup setup) {
        StringBuilder servers = new StringBuilder();
        for (int port : setup.instancePorts()) {
            servers.append("          - url: \"h2c://127.0.0.1:%d\"\n".formatted(port));
        }
        String routes = """
                http:
                  routers:
                    all:
                      rule: "PathPrefix(`/`)"
                      entryPoints: [ clients ]
                      service: instances
                %s  services:
                    instances:
                      loadBalancer:
                        servers:
                %s""".formatted(setup.tls() == null ? "" : "      tls: {}\n", servers);
        return setup.tls() == null
                ? routes
                : routes + """
                        tls:
                          certificates:
                          - certFile: "%s"
                            keyFile: "%s"
                        """.formatted(setup.tls().chain(), setup.tls().key());
    }
}
