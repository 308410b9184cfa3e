package io.leasegate.suites;

import io.leasegate.suites.Tools.GoTool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** gRPC's interop cases: a client of one language, the gateway, a server of another. */
final class InteropSuite implements Suite {

    private final String clientName;
    private final InteropClient client;
    private final InteropServer.Language server;
    private final boolean tls;

    InteropSuite(String clientName, InteropClient client, InteropServer.Language server, boolean tls) {
        this.clientName = clientName;
        this.client = client;
        this.server = server;
        this.tls = tls;
    }

    @Override
    public String name() {
        return "interop-" + clientName + "-" + server.name().toLowerCase(Locale.ROOT) + (tls ? "-tls" : "");
    }

    @Override
    public String description() {
        return "gRPC interop: " + clientName + " client, " + server.name().toLowerCase(Locale.ROOT) + " server"
                + (tls ? ", TLS to the gateway" : "");
    }

    @Override
    public int cases() {
        return client.cases(server).size();
    }

    @Override
    public void prepare(Tools tools) throws MissingToolException, IOException, InterruptedException {
        client.prepare(tools);
        if (server == InteropServer.Language.GO) {
            tools.install(GoTool.INTEROP_SERVER);
        }
    }

    @Override
    public Score run(Bench bench) throws IOException, InterruptedException {
        @Nullable Path ca = tls ? bench.certificate("ca.pem") : null;
        try (InteropServer instance = server.start(bench);
                Gate gate = Gate.start(bench.home(), bench.scratch(), instance.port(), tls ? bench.testTls() : null)) {
            return client.run(bench, client.cases(server), gate.port(), ca);
        }
    }
}
