package io.leasegate.loadtest.peer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What all ways to run HAProxy share: its program and how it is started and asked. */
abstract class HaproxyProcess implements Peer {

    private static final String FILE = "haproxy.cfg";

    abstract String configurationFor(Setup setup);

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
                Map.of(FILE, configurationFor(setup)),
                List.of(program.toString(), "-db", "-f", setup.file(FILE).toString()),
                Map.of());
    }

    @Override
    public List<String> checkCommand(Path program, Setup setup) {
        return List.of(program.toString(), "-c", "-f", setup.file(FILE).toString());
    }
}
