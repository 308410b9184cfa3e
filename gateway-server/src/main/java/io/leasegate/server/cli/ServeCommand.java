package io.leasegate.server.cli;

import io.leasegate.server.GatewayProcess;
import io.leasegate.server.config.ConfigurationException;
import io.leasegate.server.config.GatewayConfig;
import io.leasegate.server.config.LogConfig;
import io.leasegate.server.logging.ApplicationLog;
import io.leasegate.server.logging.LogSettings;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code leasegate serve}: runs the gateway until SIGTERM or SIGINT. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
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
    @SuppressWarnings("try") // the hook closes the log too: what is left of the block does not run once the JVM ends
    public Integer call() throws ConfigurationException, CommandFailure, InterruptedException {
        GatewayConfig settings = config.load(spec.commandLine().getErr());
        try (ApplicationLog log = ApplicationLog.start(logSettings(settings.log()));
                GatewayProcess process = new GatewayProcess(settings, Version.number(), log::dropped)) {
            // The JVM's own handling of SIGTERM and SIGINT ends with 128 + n; a drained gateway has ended well, so the
            // hook halts with 0.
            Thread hook = new Thread(
                    () -> {
                        process.drain();
                        log.close();
                        Runtime.getRuntime().halt(0);
                    },
                    "leasegate-shutdown");
            Runtime.getRuntime().addShutdownHook(hook);
            new StopSignals(System::nanoTime, () -> Runtime.getRuntime().exit(0), process::cutShort).install();
            process.start();
            process.awaitEnd();
            removeHook(hook);
            return 0;
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private static LogSettings logSettings(LogConfig log) {
        return new LogSettings(
                Level.valueOf(log.level().name()),
                LogSettings.LogFormat.valueOf(log.format().name()));
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending already, by the hook.
        }
    }
}
