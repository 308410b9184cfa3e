package io.leasegate.server.dev;

import io.leasegate.server.dev.DevSettings.RegistryKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code leasegate dev}: runs the whole stack in the foreground until Ctrl-C, SIGTERM or the end of its terminal. The exit code is 0 after
 * that, 1 if the stack does not come up, 130 if it was interrupted before it had.
 */
@Command(
        name = "dev",
        description =
                "Run the whole stack on this machine: etcd, two instances each of two demo services that register "
                        + "themselves, and the gateway. Makes one call through it, and stops all of it on Ctrl-C.",
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true)
public final class DevCommand implements Callable<Integer> {

    private static final int FAILED = 1;
    private static final int INTERRUPTED = 130;
    private static final int MAX_STOP_LIMIT_SECONDS = 3600;

    @Option(
            names = "--registry",
            paramLabel = "KIND",
            defaultValue = "etcd",
            description = "Where the gateway learns of the instances: etcd, or static for its configuration alone, "
                    + "without etcd (default: ${DEFAULT-VALUE}).")
    private RegistryKind registry = RegistryKind.ETCD;

    @Option(names = "--port", paramLabel = "N", description = "The gateway's port (default: 8080, or a free one).")
    private @Nullable Integer port;

    @Option(
            names = "--admin-port",
            paramLabel = "N",
            description = "The admin listener's port (default: 9900, or a free one).")
    private @Nullable Integer adminPort;

    @Option(names = "--etcd-port", paramLabel = "N", description = "etcd's port (default: 2379, or a free one).")
    private @Nullable Integer etcdPort;

    @Option(
            names = "--stop-limit",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description =
                    "How long each part may take to end before it is killed, 1 to 3600 (default: ${DEFAULT-VALUE}).")
    private int stopLimitSeconds;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (DevSession session = new DevSession(settings(), out, StandardInput.Kind.fromProperty())) {
            Thread hook = new Thread(() -> endBySignal(session, out), "dev-shutdown");
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                session.run();
            } finally {
                endByItself(hook);
            }
            return 0;
        } catch (StackFailure | IOException e) {
            err.println("leasegate dev: " + e.getMessage());
            return FAILED;
        }
    }

    private DevSettings settings() throws StackFailure {
        Path home = Path.of(System.getProperty("leasegate.home", ""));
        if (!Files.isExecutable(home.resolve("leasegate"))) {
            throw new StackFailure("start it with ./leasegate dev, of a checkout or a release archive");
        }
        if (stopLimitSeconds < 1 || stopLimitSeconds > MAX_STOP_LIMIT_SECONDS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--stop-limit: " + stopLimitSeconds + " (expected 1 to " + MAX_STOP_LIMIT_SECONDS + ")");
        }
        return new DevSettings(
                home,
                registry,
                inRange("--port", port),
                inRange("--admin-port", adminPort),
                inRange("--etcd-port", etcdPort),
                TimeUnit.SECONDS.toMillis(stopLimitSeconds));
    }

    private @Nullable Integer inRange(String option, @Nullable Integer value) {
        if (value != null && (value < 0 || value > 65535)) {
            throw new ParameterException(spec.commandLine(), option + ": " + value + " (expected 0 to 65535)");
        }
        return value;
    }

    /** In the JVM's shutdown, which a signal began. The JVM itself would end with 128 + n; a stack that was up has ended well. */
    private static void endBySignal(DevSession session, PrintWriter out) {
        if (session.wasUp()) {
            out.println("\nStopping ...");
            out.flush();
        }
        session.close();
        Runtime.getRuntime().halt(session.wasUp() ? 0 : INTERRUPTED);
    }

    private static void endByItself(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // A signal came: the hook ends the process.
        }
    }
}
