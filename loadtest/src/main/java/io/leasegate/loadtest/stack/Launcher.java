package io.leasegate.loadtest.stack;

import io.leasegate.loadtest.host.BenchFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a part of Leasegate is started. Immutable.
 *
 * @param home the folder of a checkout or an unpacked release
 */
public record Launcher(Path home) {

    /** The one that started this process. */
    public static Launcher ofThisProcess() throws BenchFailure {
        Path home = Path.of(System.getProperty("leasegate.home", "")).toAbsolutePath();
        if (!Files.isExecutable(home.resolve("leasegate"))) {
            throw new BenchFailure("start it with ./leasegate, of a checkout or a release archive");
        }
        return new Launcher(home);
    }

    List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("leasegate").toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /** The Java that this process runs on; what had to be built is built by now. */
    static Map<String, String> environment(String javaOptions) {
        return Map.of(
                "JAVA_HOME",
                System.getProperty("java.home"),
                "LEASEGATE_SKIP_BUILD",
                "yes",
                "LEASEGATE_JAVA_OPTS",
                javaOptions);
    }
}
