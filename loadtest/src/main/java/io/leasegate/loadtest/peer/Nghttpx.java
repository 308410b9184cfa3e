package io.leasegate.loadtest.peer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** nghttpx: one worker, no added or rewritten headers, windows that bulk transfers do not run into, no log. */
final class Nghttpx implements Peer {

    private static final String FILE = "nghttpx.conf";

    @Override
    public String name() {
        return "nghttpx";
    }

    @Override
    public String title() {
        return "nghttpx";
    }

    @Override
    public @Nullable Path program() {
        return Programs.find("nghttpx");
    }

    @Override
    public List<String> versionCommand(Path program) {
        return List.of(program.toString(), "--version");
    }

    @Override
    public Launch launch(Path program, Setup setup) {
        return new Launch(
                Map.of(FILE, configuration(setup)),
                List.of(program.toString(), "--conf=" + setup.file(FILE)),
                Map.of());
    }

    static String configuration(Setup setup) {
        StringBuilder text = new StringBuilder();
        text.append("frontend=127.0.0.1,%d%s\n".formatted(setup.port(), setup.tls() == null ? ";no-tls" : ""));
        for (int port : setup.instancePorts()) {
            text.append("backend=127.0.0.1,%d;;proto=h2\n".formatted(port));
        }
        if (setup.tls() != null) {
            text.append("private-key-file=%s\ncertificate-file=%s\nno-ocsp=yes\n"
                    .formatted(setup.tls().key(), setup.tls().chain()));
        }
        return text + """
                workers=1
                errorlog-file=/dev/stderr
                no-via=yes
                no-add-x-forwarded-proto=yes
                no-server-rewrite=yes
                frontend-http2-max-concurrent-streams=1000
                backend-http2-max-concurrent-streams=1000
                frontend-http2-window-size=1048576
                frontend-http2-connection-window-size=16777216
                backend-http2-window-size=1048576
                backend-http2-connection-window-size=16777216
                frontend-http2-read-timeout=3600
                stream-read-timeout=3600
                stream-write-timeout=3600
                """;
    }
}
