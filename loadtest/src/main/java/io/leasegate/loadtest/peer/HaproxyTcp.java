package io.leasegate.loadtest.peer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** HAProxy as a relay of bytes, which knows nothing of HTTP: about the least that anything between two sockets costs. */
final class HaproxyTcp implements Peer {

    private static final String FILE = "haproxy-tcp.cfg";

    @Override
    public String name() {
        return "tcp";
    }

    @Override
    public String title() {
        return "HAProxy, TCP mode";
    }

    @Override
    public @Nullable Path program() {
        return Programs.find("haproxy");
    }

    @Override
    public List<String> versionCommand(Path program) {
        return List.of(program.toString(), "-v");
    }

    @Override
    public Launch launch(Path program, Setup setup) {
        return new Launch(
                Map.of(FILE, configuration(setup)),
                List.of(program.toString(), "-db", "-f", setup.file(FILE).toString()),
                Map.of());
    }

    @Override
    public List<String> checkCommand(Path program, Setup setup) {
        return List.of(program.toString(), "-c", "-f", setup.file(FILE).toString());
    }

    @Override
    public boolean speaksHttp2() {
        return false;
    }

    static String configuration(Setup setup) {
        return """
                global
                    nbthread 1
                    maxconn 8000
                defaults
                    mode tcp
                    timeout connect 5s
                    timeout client 1h
                    timeout server 1h
                frontend clients
                    bind 127.0.0.1:%d
                    default_backend instances
                backend instances
                    server s 127.0.0.1:%d
                """.formatted(setup.port(), setup.instancePorts().get(0));
    }
}
