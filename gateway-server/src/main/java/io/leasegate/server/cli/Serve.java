package io.leasegate.server.cli;

import io.leasegate.server.GatewayProcess;
import io.leasegate.server.config.ConfigurationException;
import io.leasegate.server.config.GatewayConfig;
import io.leasegate.server.config.LogConfig;
import io.leasegate.server.logging.ApplicationLog;
import io.leasegate.server.logging.LogSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.slf4j.event.Level;

/** What {@code leasegate serve} does: runs the gateway until SIGTERM or SIGINT. */
final class Serve {

    private Serve() {}

    /**
     * Returns the exit code when the gateway has ended.
     *
     * @param file the configuration file
     * @param err for what the file warns of
     * @throws ConfigurationException with every error in the file
     * @throws CommandFailure when the gateway cannot start
     */
    @SuppressWarnings("try") // the hook closes the log too: what is left of the block does not run once the JVM ends
    static int run(Path file, PrintWriter err) throws ConfigurationException, CommandFailure, InterruptedException {
        GatewayConfig settings = ConfigFile.load(file, err);
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
