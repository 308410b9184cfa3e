package io.leasegate.loadtest.peer;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds programs: where {@code bench --install-peers} puts them, then on the path, then where Debian keeps servers. Any thread. */
final class Programs {

    private Programs() {}

    static @Nullable Path find(String name) {
        List<Path> folders = new ArrayList<>();
        folders.add(installed().resolve("bin"));
        String path = System.getenv("PATH");
        if (path != null) {
            for (String folder : path.split(File.pathSeparator, -1)) {
                folders.add(Path.of(folder));
            }
        }
        folders.add(Path.of("/usr/sbin"));
        folders.add(Path.of("/usr/local/sbin"));
        for (Path folder : folders) {
            Path program = folder.resolve(name);
            if (Files.isExecutable(program) && !Files.isDirectory(program)) {
                return program;
            }
        }
        return null;
    }

    /** As launcher/bench.bash has it. */
    private static Path installed() {
        String own = System.getenv("LEASEGATE_PEERS");
        if (own != null && !own.isEmpty()) {
            return Path.of(own);
        }
        String cache = System.getenv("XDG_CACHE_HOME");
        Path folder =
                cache != null && !cache.isEmpty() ? Path.of(cache) : Path.of(System.getProperty("user.home"), ".cache");
        return folder.resolve("leasegate").resolve("peers");
    }
}
