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
        String own = System.getProperty("leasegate.peers");
        if (own != null) {
            folders.add(Path.of(own, "bin"));
        }
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
}
