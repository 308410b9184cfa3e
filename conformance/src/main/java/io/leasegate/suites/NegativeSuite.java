package io.leasegate.suites;

import io.leasegate.suites.Tools.GoTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** gRPC's negative HTTP/2 cases: grpc-go's client for them, the gateway, and an instance that misbehaves ({@link BadInstance}). */
final class NegativeSuite implements Suite {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /**
     * grpc-go's client says that it wants UNKNOWN here, and itself makes INTERNAL of a reset with NO_ERROR, with no gateway in between too:
     * what it sees is right, what it expects is out of date.
     */
    private static final String OUTDATED = "want _, Unknown";

    @Override
    public String name() {
        return "negative";
    }

    @Override
    public String description() {
        return "gRPC's negative HTTP/2 cases: Go client, a misbehaving instance";
    }

    @Override
    public int cases() {
        return BadInstance.CASES.size();
    }

    @Override
    public void prepare(Tools tools) throws MissingToolException, IOException, InterruptedException {
        tools.install(GoTool.INTEROP_HTTP2);
    }

    @Override
    public Score run(Bench bench) throws IOException, InterruptedException {
        Score score = new Score();
        for (String name : BadInstance.CASES) {
            Path folder = Files.createDirectory(bench.file(name));
            try (BadInstance instance = new BadInstance(name);
                    Gate gate = Gate.start(bench.home(), folder, instance.port(), null)) {
                Child client = Child.run(
                        folder.resolve("client.log"),
                        LIMIT,
                        List.of(
                                bench.tools().path(GoTool.INTEROP_HTTP2).toString(),
                                "--server_host=127.0.0.1",
                                "--server_port=" + gate.port(),
                                "--test_case=" + name));
                String complaints = gate.isAlive() ? instance.complaints() : "the gateway ended during the case";
                if (!client.succeeded() && !asNowadays(name, client.output())) {
                    complaints += "\n" + client.lastLines();
                }
                score.add(name, complaints.isBlank(), complaints.strip());
            }
        }
        return score;
    }

    static boolean asNowadays(String name, String output) {
        return name.equals("rst_during_data") && output.contains("Internal") && output.contains(OUTDATED);
    }
}
