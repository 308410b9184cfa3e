package io.leasegate.server.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.proxy.AccessRecord.EarlierPick;
import io.leasegate.proxy.Outcome;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.routing.TestTables;
import io.leasegate.server.testkit.FakeCall;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The answers of {@code /api/explain}, the wrong questions among them. */
class ExplanationsTest {

    private final RecentCalls calls = new RecentCalls(100, 1);
    private final Explanations explanations = new Explanations(new RouteTableRef(TestTables.of(1, 7, "etcd")), calls);

    private JsonNode ask(String query) {
        Explanations.Answer answer = explanations.answer("/api/explain?" + query);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        return answer.body();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                  | path is missing (expected /package.Service/Method)
            authority=x                         | path is missing
            path=a.B/C                          | path: 'a.B/C' (expected /package.Service/Method)
            path=/a.B/C&path=/x                 | path: it is there 2 times (expected once)
            path=/a.B/C&autority=x              | unknown parameter 'autority'
            path=/a.B/C&header=x                | header: 'x' (expected NAME:VALUE
            path=/a.B/C&header=:path:/x         | header: ':path:/x' (expected NAME:VALUE
            path=/a.B/C&header=a%20b:c          | header: 'a b:c' (expected NAME:VALUE
            path=/a.B/C&source=10.0.0.1:80      | source: '10.0.0.1:80' (expected an IP address
            path=/a.B/C&source=localhost        | source: 'localhost' (expected an IP address
            request-id=                         | request-id: it is empty
            request-id=a&request-id=b           | request-id: it is there 2 times
            request-id=a&path=/a.B/C            | path: does not go with request-id
            """)
    void aQuestionWithoutSenseIsRefused(String query, String expected) {
        Explanations.Answer answer = explanations.answer("/api/explain?" + query);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().path("error").asText())
                .contains(expected)
                .contains("/api/explain?path=/pkg.Service/Method");
    }

    @Test
    void whatIsNotRegisteredIsTold() {
        JsonNode answer = ask("path=/shop.Cart/Add&authority=gateway:80");
        assertThat(answer.path("outcome").asText()).isEqualTo("NS");
        assertThat(answer.path("message").asText()).contains("nothing is registered as 'gateway'");
        assertThat(answer.path("revision").asLong()).isEqualTo(7);
        assertThat(answer.path("destinations")).isEmpty();
        assertThat(answer.at("/names/2/name").asText()).isEqualTo("cart");
        assertThat(ask("path=/favicon").path("outcome").asText()).isEqualTo("NR");
    }

    @Test
    void aCallThatIsNotKnownIsTold() {
        Explanations.Answer answer = explanations.answer("/api/explain?request-id=abc");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body().path("error").asText())
                .contains("'abc'", "the last 100 calls that went well are kept", "leasegate.admin.explain-calls");
        Explanations none = new Explanations(new RouteTableRef(TestTables.of(1, 7, "etcd")), new RecentCalls(0, 1));
        assertThat(none.answer("/api/explain?request-id=abc")
                        .body()
                        .path("error")
                        .asText())
                .contains("leasegate.admin.explain-calls is 0");
    }

    @Test
    void aCallThatEndedIsTold() {
        FakeCall call = new FakeCall();
        call.requestId = "abc";
        call.outcome = Outcome.UPSTREAM_RESET;
        call.grpcStatus = 14;
        call.detail = "service echo, instance 127.0.0.1:50051: it reset the stream";
        call.route = 3;
        call.pickedNanos = 400_000;
        call.earlierPicks = List.of(new EarlierPick("127.0.0.1:1", 5_000, "phase connect: refused"));
        calls.onEnd(call);
        JsonNode told = ask("request-id=abc").at("/calls/0");
        assertThat(told.toString()).isEqualTo("""
                {"requestId":"abc","time":"2026-01-02T03:04:05.678Z","path":"/demo.Echo/Say","authority":"echo.local:8080",
                "from":"10.0.0.9:41000","identity":"","listener":"main","revision":42,"route":3,"service":"echo","outcome":"UR",
                "meaning":"the instance reset the stream","grpcStatus":14,"grpcStatusName":"UNAVAILABLE",
                "detail":"service echo, instance 127.0.0.1:50051: it reset the stream",
                "instances":[{"address":"127.0.0.1:1","pickedMillis":0.005,"result":"phase connect: refused"},
                {"address":"127.0.0.1:50051","pickedMillis":0.4,"result":"the instance reset the stream"}],
                "attempts":1,"routedMillis":0.010999,"sentMillis":0.025,"firstResponseMillis":1.1,"totalMillis":1.234567,
                "requestBytes":12,"responseBytes":3456}""".replace("\n", ""));
    }

    @Test
    void aCallThatWentNowhereIsTold() {
        FakeCall call = FakeCall.unrouted();
        call.requestId = "nowhere";
        calls.onEnd(call);
        JsonNode told = ask("request-id=nowhere").at("/calls/0");
        assertThat(told.path("service").asText()).isEmpty();
        assertThat(told.has("route")).isFalse();
        assertThat(told.has("sentMillis")).isFalse();
        assertThat(told.path("instances")).isEmpty();
    }

    @Test
    void candidatesAreTold() {
        Endpoint well = TestTables.endpoint("echo", 1);
        Endpoint ill = TestTables.endpoint("echo", 2);
        well.state(EndpointState.HEALTHY, "");
        ill.state(EndpointState.NOT_SERVING, "grpc.health.v1 says NOT_SERVING");
        Explanations routed = new Explanations(new RouteTableRef(TestTables.routing("echo", well, ill)), calls);
        JsonNode body = routed.answer("/api/explain?path=/demo.Echo/Say&authority=echo:80&header=X-User:%20jane")
                .body();
        assertThat(body.path("outcome").asText()).isEqualTo("OK");
        JsonNode to = body.at("/destinations/0");
        assertThat(to.path("policy").asText()).isEqualTo("least-request");
        assertThat(to.path("pick").asText()).isEqualTo("127.0.0.1:1");
        assertThat(to.at("/candidates/0/in").asBoolean()).isTrue();
        assertThat(to.at("/candidates/0/share").asDouble()).isEqualTo(1);
        assertThat(to.at("/candidates/0/score").asDouble()).isEqualTo(1);
        assertThat(to.at("/candidates/1/in").asBoolean()).isFalse();
        assertThat(to.at("/candidates/1/reason").asText()).isEqualTo("grpc.health.v1 says NOT_SERVING");
        assertThat(to.at("/candidates/1").has("score")).isFalse();
        well.state(EndpointState.DRAINING, "");
        JsonNode none = routed.answer("/api/explain?path=/demo.Echo/Say&authority=echo:80")
                .body();
        assertThat(none.path("outcome").asText()).isEqualTo("UH");
        assertThat(none.path("message").asText()).isEqualTo("no healthy instance of service echo: 2 registered");
    }
}
