package io.leasegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.leasegate.testkit.EchoService;
import io.leasegate.testkit.TestClient;
import io.leasegate.testkit.TestServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Explanations of a whole gateway in front of real instances, one of which does not serve. */
@Timeout(120)
class ExplainGatewayTest {

    private static final Metadata.Key<String> REQUEST_ID =
            Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

    @TempDir
    private Path directory;

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text);
    }

    private static JsonNode explain(RunningGateway gateway, String query) throws Exception {
        return json(gateway.get("/api/explain?" + query));
    }

    private static JsonNode candidate(JsonNode explanation, int port) {
        for (JsonNode c : explanation.at("/destinations/0/candidates")) {
            if (c.path("address").asText().equals("127.0.0.1:" + port)) {
                return c;
            }
        }
        throw new AssertionError("not told of: " + port + ": " + explanation);
    }

    /** Makes a call with a request id. */
    private static Status.Code call(TestClient client, String requestId) {
        Metadata metadata = new Metadata();
        metadata.put(REQUEST_ID, requestId);
        try {
            ClientCalls.blockingUnaryCall(
                    ClientInterceptors.intercept(client.channel(), MetadataUtils.newAttachHeadersInterceptor(metadata)),
                    EchoService.unary(TestServer.SERVICE),
                    CallOptions.DEFAULT,
                    new byte[10]);
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }

    @Test
    void aHypotheticalCallAndPastOnes() throws Exception {
        HealthStatusManager health = new HealthStatusManager();
        health.setStatus("", ServingStatus.NOT_SERVING);
        try (TestServer well = TestServer.start();
                TestServer ill = TestServer.start(b -> b, health.getHealthService());
                RunningGateway gateway = new RunningGateway(
                        directory,
                        "discovery.static.services { shop = [ { version = v1, address = \"127.0.0.1:" + well.port()
                                + "\" }, { version = v1, address = \"127.0.0.1:" + ill.port()
                                + "\" }, { version = v2, address = \"127.0.0.1:1\" } ] }\n"
                                + " routes = [ { match { path-prefix = \"/\", headers { x-beta = yes } }, service = shop, version = v2 },"
                                + " { match.authority = echo.example, service = shop, version = v1 },"
                                + " { match.authority = test.example, service = shop, mirror { service = copy, percent = 10% },"
                                + " fault.abort { status = ABORTED, percent = 1% } } ]\n")) {
            gateway.awaitReady();
            String path = "path=/" + TestServer.SERVICE + "/Unary";
            RunningGateway.await(() -> "not known yet: " + gateway.services(), () -> {
                String states = gateway.services().toString();
                return states.contains("NOT_SERVING") && states.contains("cannot connect");
            });

            JsonNode way = explain(gateway, path + "&authority=echo.example:80");
            assertThat(way.path("outcome").asText()).as(way.toString()).isEqualTo("OK");
            assertThat(way.at("/routes/0/matched").asBoolean()).isFalse();
            assertThat(way.at("/routes/0/whyNot").asText()).isEqualTo("header x-beta is absent, wanted: 'yes'");
            assertThat(way.at("/routes/1/matched").asBoolean()).isTrue();
            assertThat(candidate(way, well.port()).path("in").asBoolean()).isTrue();
            assertThat(candidate(way, well.port()).path("share").asDouble()).isEqualTo(1);
            assertThat(candidate(way, ill.port()).path("in").asBoolean()).isFalse();
            assertThat(candidate(way, ill.port()).path("reason").asText()).contains("NOT_SERVING");
            assertThat(candidate(way, 1).path("reason").asText()).isEqualTo("version v1 wanted, it is v2");
            assertThat(way.at("/destinations/0/pick").asText()).isEqualTo("127.0.0.1:" + well.port());

            JsonNode beta = explain(gateway, path + "&authority=echo.example:80&header=x-beta:yes");
            assertThat(beta.path("outcome").asText()).isEqualTo("UH");
            assertThat(candidate(beta, 1).path("reason").asText()).startsWith("cannot connect: phase connect");
            assertThat(beta.at("/routes/1/whyNot").asText()).contains("not looked at");

            JsonNode purpose =
                    explain(gateway, path + "&authority=test.example").at("/destinations/0");
            assertThat(purpose.at("/mirror/service").asText()).isEqualTo("copy");
            assertThat(purpose.at("/mirror/share").asDouble()).isEqualTo(0.1);
            assertThat(purpose.at("/fault/abortStatus").asInt()).isEqualTo(10);
            assertThat(purpose.at("/fault/abortShare").asDouble()).isEqualTo(0.01);

            TestClient client = gateway.client("echo.example");
            assertThat(call(client, "well-1")).isEqualTo(Status.Code.OK);
            assertThat(call(gateway.client("nowhere.example"), "lost-1")).isEqualTo(Status.Code.UNIMPLEMENTED);
            RunningGateway.await(() -> "not kept", () -> gateway.status("/api/explain?request-id=well-1") == 200);
            JsonNode past = explain(gateway, "request-id=well-1").at("/calls/0");
            assertThat(past.path("outcome").asText()).isEqualTo("OK");
            assertThat(past.path("route").asInt()).isEqualTo(1);
            assertThat(past.path("service").asText()).isEqualTo("shop");
            assertThat(past.at("/instances/0/address").asText()).isEqualTo("127.0.0.1:" + well.port());
            assertThat(past.path("totalMillis").asDouble())
                    .isGreaterThanOrEqualTo(past.path("firstResponseMillis").asDouble());
            assertThat(past.path("firstResponseMillis").asDouble())
                    .isGreaterThanOrEqualTo(past.path("sentMillis").asDouble());
            JsonNode lost = explain(gateway, "request-id=lost-1").at("/calls/0");
            assertThat(lost.path("outcome").asText()).isEqualTo("NS");
            assertThat(lost.path("detail").asText()).contains("no service for this request");
            assertThat(gateway.status("/api/explain?request-id=other")).isEqualTo(404);
            assertThat(gateway.status("/api/explain")).isEqualTo(400);
        }
    }
}
