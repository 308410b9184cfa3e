package io.leasegate.suites;

import io.leasegate.suites.Tools.GoTool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The conformance suite of Connect, with the gateway in front of its reference server: {@link ReferenceServerBehindGateway} is what it
 * takes for the server under test.
 */
final class ConnectSuite implements Suite {

    /** How the clients of the suite connect to the gateway. */
    enum Security {
        CLEAR_TEXT(""),
        TLS("-tls"),
        MUTUAL_TLS("-mtls");

        private final String suffix;

        Security(String suffix) {
            this.suffix = suffix;
        }
    }

    /** What is spoken through it. */
    enum Protocol {
        GRPC,
        CONNECT
    }

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final int ATTEMPTS = 3;
    private static final String NOT_STARTED = "timed out waiting for result from server";
    private static final Pattern FAILED = Pattern.compile("^FAILED: (.+?):?$");
    private static final Pattern SUMMARY = Pattern.compile("(\\d+) passed, (\\d+) failed");

    private final Protocol protocol;
    private final Security security;
    private final int cases;

    ConnectSuite(Protocol protocol, Security security, int cases) {
        this.protocol = protocol;
        this.security = security;
        this.cases = cases;
    }

    @Override
    public String name() {
        return (protocol == Protocol.GRPC ? "connect-grpc" : "connect") + security.suffix;
    }

    @Override
    public String description() {
        return "Connect conformance: "
                + (protocol == Protocol.GRPC ? "gRPC" : "Connect over HTTP/2, relayed untouched")
                + switch (security) {
                    case CLEAR_TEXT -> ", clear text";
                    case TLS -> ", TLS";
                    case MUTUAL_TLS -> ", TLS with client certificates";
                };
    }

    @Override
    public int cases() {
        return cases;
    }

    @Override
    public void prepare(Tools tools) throws MissingToolException, IOException, InterruptedException {
        tools.install(GoTool.CONNECT_CONFORMANCE, GoTool.REFERENCE_SERVER);
    }

    @Override
    public Score run(Bench bench) throws IOException, InterruptedException {
        Path features = bench.write("features.yaml", features());
        try (ReferenceServerBehindGateway server = new ReferenceServerBehindGateway(bench)) {
            List<String> command = new ArrayList<>(List.of(
                    bench.tools().path(GoTool.CONNECT_CONFORMANCE).toString(),
                    "--mode",
                    "server",
                    "--max-servers",
                    "1",
                    "--conf",
                    features.toString(),
                    "--"));
            command.addAll(server.command());
            for (int attempt = 1; ; attempt++) {
                String output = Child.run(bench.file("connectconformance-" + attempt + ".log"), LIMIT, command)
                        .output();
                IOException failure = server.failure();
                if (failure != null) {
                    throw failure;
                }
                // The suite gives its server ten seconds to start, which a machine that is busy with something else may
                // exceed.
                if (attempt == ATTEMPTS || !output.contains(NOT_STARTED)) {
                    return read(output);
                }
            }
        }
    }

    private String features() {
        boolean tls = security != Security.CLEAR_TEXT;
        return """
                features:
                  versions: [HTTP_VERSION_2]
                  protocols: [PROTOCOL_%s]
                  supportsH2c: %s
                  supportsTls: %s
                  supportsTlsClientCerts: %s
                  supportsMessageReceiveLimit: false
                """.formatted(protocol, !tls, tls, security == Security.MUTUAL_TLS);
    }

    /** Takes the names of failed cases, the lines below each, and the count of those that passed, from what the suite prints. */
    static Score read(String output) throws IOException {
        Score score = new Score();
        String name = "";
        StringBuilder why = new StringBuilder();
        for (String line : output.lines().toList()) {
            Matcher failed = FAILED.matcher(line);
            if (failed.matches() || !line.startsWith("\t")) {
                if (!name.isEmpty()) {
                    score.fail(name, why.toString().strip());
                }
                name = failed.matches() ? failed.group(1) : "";
                why.setLength(0);
            } else {
                why.append(line.strip()).append(' ');
            }
        }
        Matcher summary = SUMMARY.matcher(output);
        if (!summary.find()) {
            List<String> lines = output.strip().lines().toList();
            throw new IOException("connectconformance came to no result:\n"
                    + String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size())));
        }
        score.passed(Integer.parseInt(summary.group(1)));
        for (int unnamed = score.failed().size(); unnamed < Integer.parseInt(summary.group(2)); unnamed++) {
            score.fail("a case that is not named (" + unnamed + ")", "see the log");
        }
        return score;
    }
}
