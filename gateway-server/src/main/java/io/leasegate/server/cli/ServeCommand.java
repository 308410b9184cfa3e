package io.leasegate.server.cli;

import io.leasegate.server.config.ConfigurationException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code leasegate serve}: runs the gateway until SIGTERM or SIGINT. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        usageHelpAutoWidth = true,
        description = {
            "Run the gateway in the foreground. SIGTERM and SIGINT drain it and end it with exit code 0; a second one ends calls that are"
                    + " still in flight at once."
        })
final class ServeCommand implements Callable<Integer> {

    @Mixin
    private final ConfigFile config = new ConfigFile();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigurationException, CommandFailure, InterruptedException {
        return Serve.run(config.path(), spec.commandLine().getErr());
    }
}
