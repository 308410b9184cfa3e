package io.leasegate.suites;

import io.leasegate.suites.Tools.GoTool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** grpc-go's interop client, one process for each case. */
final class GoInteropClient implements InteropClient {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Override
    public List<String> cases(InteropServer.Language server) {
        List<String> cases = new ArrayList<>(COMMON_CASES);
        cases.addAll(List.of("rpc_soak", "channel_soak"));
        if (server == InteropServer.Language.GO) {
            // Reports of load are not part of grpc-java's server as it comes with grpc-interop-testing.
            cases.add("orca_per_rpc");
        }
        return cases;
    }

    @Override
    public void prepare(Tools tools) throws MissingToolException, IOException, InterruptedException {
        tools.install(GoTool.INTEROP_CLIENT);
    }

    @Override
    public Score run(Bench bench, List<String> cases, int port, @Nullable Path ca)
            throws IOException, InterruptedException {
        Score score = new Score();
        for (String name : cases) {
            List<String> command = new ArrayList<>(List.of(
                    bench.tools().path(GoTool.INTEROP_CLIENT).toString(),
                    "--server_host=127.0.0.1",
                    "--server_port=" + port,
                    "--test_case=" + name,
                    "--soak_iterations=20",
                    "--soak_per_iteration_max_acceptable_latency_ms=10000",
                    "--soak_overall_timeout_seconds=40"));
            if (name.startsWith("orca_")) {
                // The client reads the report with a balancer of its own, which has to be asked for.
                command.add(
                        "--service_config_json={\"loadBalancingConfig\":[{\"test_backend_metrics_load_balancer\":{}}]}");
            }
            if (ca != null) {
                command.addAll(List.of(
                        "--use_tls", "--use_test_ca", "--ca_file=" + ca, "--server_host_override=" + TEST_HOST));
            }
            Child client = Child.run(bench.file("go-" + name + ".log"), LIMIT, command);
            score.add(name, client.succeeded(), client.lastLines());
        }
        return score;
    }
}
