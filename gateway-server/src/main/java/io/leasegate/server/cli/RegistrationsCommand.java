package io.leasegate.server.cli;

import io.leasegate.discovery.DiscoverySettings;
import io.leasegate.server.ConfigMapping;
import io.leasegate.server.cli.Finding.Severity;
import io.leasegate.server.config.ConfigurationException;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code leasegate registrations}: reads the registry and other sources, and says what each key is taken for, and what is wrong with it. */
@Command(
        name = "registrations",
        description = {
            "Read the registry and the other sources once and print what each key is taken for, or why it is refused.",
            "With --lint, also look for mistakes: refused and unknown values, addresses that nothing or something else than"
                    + " HTTP/2 listens at, addresses that are there twice, keys without a lease, mixed versions."
        },
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        usageHelpAutoWidth = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all went well; with --lint: no error was found",
            "1:the registry could not be read",
            "2:the command line or the configuration is wrong",
            "3:with --lint: an error was found; with --strict also a warning"
        })
final class RegistrationsCommand implements Callable<Integer> {

    static final int FOUND = 3;

    @Mixin
    private final ConfigFile config = new ConfigFile();

    @Option(names = "--json", description = "Print JSON for machines; with --watch, one object a line.")
    private boolean json;

    @Option(
            names = "--lint",
            description = "Look for mistakes, and exit with 3 when there are errors. Connects to each address.")
    private boolean lint;

    @Option(names = "--strict", description = "With --lint: exit with 3 for warnings, too.")
    private boolean strict;

    @Option(
            names = "--watch",
            description =
                    "Go on and print each change, until interrupted; with --lint, what is found and what is gone.")
    private boolean watch;

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            description = "Colours: auto (on a terminal), always or never. Default: auto.")
    private Paint.When color = Paint.When.AUTO;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigurationException, CommandFailure, InterruptedException {
        if (strict && !lint) {
            throw new ParameterException(spec.commandLine(), "--strict goes with --lint.");
        }
        DiscoverySettings settings =
                ConfigMapping.look(config.load(spec.commandLine().getErr()));
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Paint paint = Paint.when(color);
        if (watch && !lint) {
            new RegistrationsWatch(out, paint, json).follow(settings);
            return 0;
        }
        if (watch) {
            return exitCode(new FindingsWatch(settings, out, paint, json).follow());
        }
        RegistrationsReader reader = new RegistrationsReader(settings, w -> err.println("warning: " + w));
        RegistrationsReport report = reader.read(lint ? new ProbedAddresses() : null);
        if (json) {
            out.println(report.json());
        } else {
            report.printText(out, paint);
            if (lint) {
                out.println();
                report.printFindings(out, paint);
            } else if (!report.findings().isEmpty()) {
                out.println(report.counts(paint) + ": --lint lists them, and looks at the addresses too");
            }
        }
        return lint ? exitCode(report.findings()) : 0;
    }

    private int exitCode(Collection<Finding> findings) {
        return findings.stream().anyMatch(f -> strict || f.severity() == Severity.ERROR) ? FOUND : 0;
    }
}
