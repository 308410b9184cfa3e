package io.leasegate.server.cli;

import io.leasegate.server.GatewayProcess;
import io.leasegate.server.config.ConfigurationException;
import io.leasegate.server.config.GatewayConfig;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code leasegate serve}: runs the gateway until SIGTERM or SIGINT. */
@Command(name = "serve", description = "Run the gateway in the foreground. SIGTERM and SIGINT drain it and end it.")
final class ServeCommand implements Callable<Integer> {

    @Mixin
    private final ConfigFile config = new ConfigFile();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigurationException, CommandFailure, InterruptedException {
        GatewayConfig settings = config.load(spec.commandLine().getErr());
        try (GatewayProcess process = new GatewayProcess(settings, Version.number())) {
            // The JVM's own handling of SIGTERM and SIGINT ends with 128 + n; a drained gateway has ended well, so the
            // hook halts with 0.
            Thread hook = new Thread(
                    () -> {
                        process.drain();
                        Runtime.getRuntime().halt(0);
                    },
                    "leasegate-shutdown");
            Runtime.getRuntime().addShutdownHook(hook);
            process.start();
            process.awaitEnd();
            removeHook(hook);
            return 0;
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending already, by the hook.
        }
    }
}
