package io.leasegate.loadtest.peer;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** No proxy: what is left when the way through one is taken out. */
final class Direct implements Peer {

    @Override
    public String name() {
        return "direct";
    }

    @Override
    public String title() {
        return "direct";
    }

    @Override
    public Path program() {
        return Path.of("/");
    }

    @Override
    public List<String> versionCommand(Path program) {
        return List.of();
    }

    @Override
    public boolean isProcess() {
        return false;
    }

    @Override
    public @Nullable Launch launch(Path program, Setup setup) {
        return null;
    }
}
