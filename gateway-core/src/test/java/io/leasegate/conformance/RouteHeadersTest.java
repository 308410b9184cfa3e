package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.routing.HeaderChanges;
import io.leasegate.routing.HeaderChanges.Edit;
import io.leasegate.routing.Route;
import io.leasegate.routing.RouteMatch;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import io.leasegate.testkit.ScriptedInstance;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a route changes in headers: remove, then set, then add. */
@Timeout(60)
class RouteHeadersTest {

    private static final HeaderChanges CHANGES = new HeaderChanges(
            new Edit(List.of("x-secret", "user-agent"), Map.of("x-env", "prod"), Map.of("x-via", "edge")),
            new Edit(List.of("server"), Map.of("x-served-by", "leasegate"), Map.of("x-via", "grün")));

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .routes(
                    new Route(
                            RouteMatch.grpc("leasegate.test.Echo", "Unary"),
                            List.of(new Route.Target(AUTHORITY, "", 1)),
                            CHANGES),
                    new Route(
                            RouteMatch.grpc("nobody.Home", null), List.of(new Route.Target("nobody", "", 1)), CHANGES));

    private ScriptedInstance instance;
    private RawHttp2Client client;

    @BeforeEach
    void begin() {
        instance = gateway.instance(AUTHORITY);
        client = gateway.client();
    }

    /** As the peers of these tests read values: each byte a character. */
    private static String asBytes(String value) {
        return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private RawStream call(HeaderFields request) {
        return client.open(request, true);
    }

    @Test
    void requestsAreChanged() {
        RawStream call = call(HeaderFields.grpcRequest(AUTHORITY, UNARY)
                .with("x-secret", "1")
                .with("x-env", "test")
                .with("x-via", "client")
                .with("x-env", "test2")
                .with("user-agent", "me")
                .with("x-kept", "yes"));
        RawStream at = instance.nextStream();
        HeaderFields got = at.request();
        assertThat(got.all("x-secret")).isEmpty();
        assertThat(got.all("user-agent")).isEmpty();
        assertThat(got.all("x-env")).containsExactly("prod");
        assertThat(got.all("x-via")).containsExactly("client", "edge");
        assertThat(got.all("x-kept")).containsExactly("yes");
        at.reply("ok");
        assertThat(call.response().grpcStatus()).isZero();
    }

    @Test
    void responseHeadersAreChangedAndTrailersAreNot() {
        RawStream call = call(HeaderFields.grpcRequest(AUTHORITY, UNARY));
        RawStream at = instance.nextStream();
        at.headers(
                HeaderFields.of(":status", "200")
                        .with("content-type", "application/grpc")
                        .with("server", "secret/1.0")
                        .with("x-served-by", "somebody")
                        .with("x-via", "instance"),
                false);
        at.message("ok");
        at.headers(HeaderFields.of("grpc-status", "0").with("server", "in trailers"), true);
        HeaderFields headers = call.expectHeaders();
        assertThat(headers.all("server")).isEmpty();
        assertThat(headers.all("x-served-by")).containsExactly("leasegate");
        assertThat(headers.all("x-via")).containsExactly("instance", asBytes("grün"));
        call.expectMessage("ok");
        HeaderFields trailers = call.expectTrailers();
        assertThat(trailers.all("server")).containsExactly("in trailers");
        assertThat(trailers.all("x-via")).isEmpty();
    }

    @Test
    void aResponseInOneFrameIsChanged() {
        RawStream call = call(HeaderFields.grpcRequest(AUTHORITY, UNARY));
        instance.nextStream().trailersOnly(5, "no such thing");
        GrpcResponse r = call.response();
        assertThat(r.grpcStatus()).isEqualTo(5);
        assertThat(r.status().all("x-served-by")).containsExactly("leasegate");
    }

    @Test
    void whatTheGatewayItselfAnswersIsChangedToo() {
        GrpcResponse r =
                call(HeaderFields.grpcRequest("x", "/nobody.Home/Call")).response();
        assertThat(r.outcome()).isEqualTo("UH");
        assertThat(r.status().all("x-served-by")).containsExactly("leasegate");
    }

    @Test
    void otherCallsStayAsTheyAre() {
        RawStream call = call(HeaderFields.grpcRequest(AUTHORITY, Paths.BIDI)
                .with("x-env", "test")
                .with("x-secret", "1"));
        RawStream at = instance.nextStream();
        assertThat(at.request().all("x-env")).containsExactly("test");
        assertThat(at.request().all("x-secret")).containsExactly("1");
        at.reply("ok");
        assertThat(call.response().headers().all("x-served-by")).isEmpty();
    }
}
