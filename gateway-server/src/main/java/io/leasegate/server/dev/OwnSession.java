package io.leasegate.server.dev;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How to start a process in a session of its own: Ctrl-C goes to every process in the terminal's foreground, and the parts of the stack
 * must not end all at once by it but in order.
 */
final class OwnSession {

    /** What to put before a command: {@code setsid} of Linux, else Perl, which macOS has; nothing where there is neither. */
    static final List<String> PREFIX = prefix();

    private OwnSession() {}

    private static List<String> prefix() {
        if (onPath("setsid")) {
            return List.of("setsid");
        }
        if (onPath("perl")) {
            return List.of("perl", "-e", "use POSIX; POSIX::setsid(); exec @ARGV or exit 127");
        }
        return List.of();
    }

    static boolean onPath(String program) {
        String path = System.getenv("PATH");
        if (path == null) {
            return false;
        }
        for (String folder : path.split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
