package io.leasegate.server.cli;

import io.leasegate.server.config.ConfigLoader;
import io.leasegate.server.config.ConfigurationException;
import io.leasegate.server.config.GatewayConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option {@code --config}, which several commands have. */
final class ConfigFile {

    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE",
            description = "The configuration file (HOCON). Samples are in conf/, the manual is docs/configuration.md.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    Path path() {
        return file;
    }

    /**
     * Reads the file and prints what it warns of.
     *
     * @throws ConfigurationException with every error in the file
     */
    GatewayConfig load(PrintWriter err) throws ConfigurationException {
        return load(file, err);
    }

    /** Like {@link #load(PrintWriter)}, of a file that is known. */
    static GatewayConfig load(Path file, PrintWriter err) throws ConfigurationException {
        GatewayConfig config = ConfigLoader.load(file);
        config.warnings().forEach(w -> err.println("warning: " + w));
        return config;
    }
}
