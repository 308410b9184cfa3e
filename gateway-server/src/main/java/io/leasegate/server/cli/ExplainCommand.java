package io.leasegate.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.leasegate.server.config.AdminConfig;
import io.leasegate.server.config.ConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leasegate explain}: asks a running gateway where a call would go, or went, and why. */
@Command(
        name = "explain",
        description = {
            "Ask a running gateway where a call goes by what it knows now, and why there: the routes, the instances, who can get it.",
            "With --request-id: what became of a call of late. The id is in the access log, in the gateway's error messages, and in"
                    + " the header x-request-id."
        },
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        usageHelpAutoWidth = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:an instance can get the call; with --request-id: the call is known",
            "1:no route, no service or no instance for the call; with --request-id: the call is not known",
            "2:the command line or the configuration is wrong, or the gateway cannot be asked"
        })
final class ExplainCommand implements Callable<Integer> {

    private static final String DEFAULT_ADMIN = "127.0.0.1:9900";

    @Parameters(
            arity = "0..1",
            paramLabel = "PATH",
            description = "The call's path: /package.Service/Method. Or --service and --method.")
    private @Nullable String path;

    @Option(names = "--service", paramLabel = "NAME", description = "The full name of its gRPC service.")
    private @Nullable String service;

    @Option(names = "--method", paramLabel = "NAME", description = "The name of its method.")
    private @Nullable String method;

    @Option(names = "--authority", paramLabel = "HOST", description = "Its :authority, the host that the client dials.")
    private @Nullable String authority;

    @Option(
            names = {"-m", "--metadata"},
            paramLabel = "NAME=VALUE",
            description = "Metadata that the client sends; any number of them. The value of a -bin name in Base64.")
    private List<String> metadata = new ArrayList<>();

    @Option(names = "--source", paramLabel = "IP", description = "The client's IP address.")
    private @Nullable String source;

    @Option(names = "--identity", paramLabel = "WHO", description = "Who the client's certificate speaks for.")
    private @Nullable String identity;

    @Option(names = "--listener", paramLabel = "NAME", description = "The listener that it comes in by.")
    private @Nullable String listener;

    @Option(names = "--request-id", paramLabel = "ID", description = "The request id of a call that was made.")
    private @Nullable String requestId;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            description = "The gateway's admin listener. Default: " + DEFAULT_ADMIN + ".")
    private @Nullable String admin;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The gateway's configuration file, to take the address of the admin listener from.")
    private @Nullable Path config;

    @Option(names = "--json", description = "Print the answer as JSON, for machines.")
    private boolean json;

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            description = "Colours: auto (on a terminal), always or never. Default: auto.")
    private Paint.When color = Paint.When.AUTO;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigurationException {
        String query = query();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        AdminClient.Answer answer;
        try {
            answer = new AdminClient(address(err)).get("/api/explain?" + query);
        } catch (IOException e) {
            err.println(e.getMessage());
            return Main.WRONG_USE;
        }
        JsonNode body = answer.body();
        if (answer.status() != 200) {
            err.println(body.path("error").asText());
            return answer.status() == 404 ? Main.FAILED : Main.WRONG_USE;
        }
        boolean past = requestId != null;
        if (json) {
            out.println(body.toPrettyString());
        } else if (past) {
            new PastCallReport(out, Paint.when(color)).print(body);
        } else {
            new RoutingReport(out, Paint.when(color)).print(body);
        }
        return past || body.path("outcome").asText().equals("OK") ? 0 : Main.FAILED;
    }

    private String query() {
        boolean described = path != null
                || service != null
                || method != null
                || authority != null
                || source != null
                || identity != null
                || listener != null
                || !metadata.isEmpty();
        StringBuilder query = new StringBuilder();
        if (requestId != null) {
            if (described) {
                throw wrong("--request-id goes without a description of a call.");
            }
            add(query, "request-id", requestId);
            return query.toString();
        }
        add(query, "path", path());
        if (authority != null) {
            add(query, "authority", authority);
        }
        for (String m : metadata) {
            int equals = m.indexOf('=');
            if (equals < 1) {
                throw wrong("--metadata " + m + " (expected NAME=VALUE)");
            }
            add(query, "header", m.substring(0, equals) + ":" + m.substring(equals + 1));
        }
        if (source != null) {
            add(query, "source", source);
        }
        if (identity != null) {
            add(query, "identity", identity);
        }
        if (listener != null) {
            add(query, "listener", listener);
        }
        return query.toString();
    }

    private String path() {
        if (path != null) {
            if (service != null || method != null) {
                throw wrong("PATH goes without --service and --method.");
            }
            return path.startsWith("/") ? path : "/" + path;
        }
        if (service == null || method == null) {
            throw wrong("Which call? (expected PATH, or --service with --method, or --request-id)");
        }
        return "/" + service + "/" + method;
    }

    private static void add(StringBuilder query, String name, String value) {
        query.append(query.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }

    private String address(PrintWriter err) throws ConfigurationException {
        if (admin != null || config == null) {
            String given = admin == null ? DEFAULT_ADMIN : admin;
            if (!given.matches("\\S+:[0-9]{1,5}")) {
                throw wrong("--admin " + given + " (expected HOST:PORT of the admin listener)");
            }
            return given;
        }
        AdminConfig read = ConfigFile.load(config, err).admin();
        if (read.port() == 0) {
            throw wrong("leasegate.admin.port is 0 in " + config
                    + ": its log has the port that the gateway picked; name it with --admin HOST:PORT");
        }
        String host = switch (read.address()) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::" -> "::1";
            default -> read.address();
        };
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + read.port();
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
