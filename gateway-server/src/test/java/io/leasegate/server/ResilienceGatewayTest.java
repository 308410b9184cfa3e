package io.leasegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.server.config.ConfigLoader;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Retries, hedges, limits of time and of calls as the configuration has them. */
@Timeout(120)
class ResilienceGatewayTest {

    @TempDir
    private Path folder;

    private GatewayProcess gateway(int port, String more) throws Exception {
        Path file = folder.resolve("gateway.conf");
        Files.writeString(
                file,
                "leasegate { listeners = [ { address = \"127.0.0.1\", port = 0, name = main } ]\n admin.port = 0\n"
                        + "discovery.static.services { echo = [ { address = \"127.0.0.1:" + port + "\" } ] }\n"
                        + "services.default.health.grpc.enabled = false\n" + more + " }");
        GatewayProcess gateway = new GatewayProcess(ConfigLoader.load(file), "test", () -> 0);
        gateway.start();
        return gateway;
    }

    private static RawHttp2Client client(GatewayProcess gateway) {
        return RawHttp2Client.connect(gateway.ports().getOrDefault("main", 0));
    }

    private static RawStream open(RawHttp2Client client, String path) {
        return client.open(HeaderFields.grpcRequest("echo", path), true);
    }

    @Test
    void policiesOfServiceAndRoute() throws Exception {
        String config = """
                services.echo {
                  retry { attempts = 2, statuses = [ RESOURCE_EXHAUSTED ], backoff { initial = 1ms, max = 1ms } }
                  timeouts.total = 400ms
                }
                routes = [
                  { match.path = "/a/Once", service = echo, retry.attempts = 1, timeouts.total = none }
                  { match.path = "/a/Hedged", service = echo, retry.attempts = 1, hedge { attempts = 2, delay = 20ms } }
                ]
                """;
        try (ScriptedInstance instance = ScriptedInstance.start();
                GatewayProcess gateway = gateway(instance.port(), config);
                RawHttp2Client client = client(gateway)) {
            RawStream retried = open(client, "/a/Retried");
            RawStream first = instance.nextStream();
            assertThat(first.request().contains("grpc-timeout")).isTrue();
            first.trailersOnly(8, "no");
            instance.nextStream().reply("ok");
            assertThat(retried.response().grpcStatus()).isZero();

            RawStream once = open(client, "/a/Once");
            RawStream only = instance.nextStream();
            assertThat(only.request().contains("grpc-timeout")).isFalse();
            only.trailersOnly(8, "no");
            assertThat(once.response().grpcMessage()).isEqualTo("no");

            RawStream hedged = open(client, "/a/Hedged");
            instance.nextStream();
            RawStream second = instance.nextStream();
            assertThat(second.request().get("grpc-previous-rpc-attempts")).isEqualTo("1");
            second.reply("ok");
            assertThat(hedged.response().grpcStatus()).isZero();

            RawStream late = open(client, "/a/Late");
            instance.nextStream();
            GrpcResponse r = late.response();
            assertThat(r.grpcStatus()).isEqualTo(4);
            assertThat(r.grpcMessage()).contains("timeouts.total = 400 ms");
        }
    }

    @Test
    void callsInFlight() throws Exception {
        try (ScriptedInstance instance = ScriptedInstance.start();
                GatewayProcess gateway = gateway(instance.port(), "services.echo.limits.streams = 1");
                RawHttp2Client client = client(gateway)) {
            RawStream call = open(client, "/a/B");
            RawStream there = instance.nextStream();
            GrpcResponse refused = open(client, "/a/B").response();
            assertThat(refused.grpcStatus()).isEqualTo(8);
            assertThat(refused.grpcMessage()).startsWith("limits.streams = 1 reached for service echo");
            there.reply("ok");
            assertThat(call.response().grpcStatus()).isZero();
        }
    }
}
