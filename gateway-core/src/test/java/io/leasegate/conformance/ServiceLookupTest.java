package io.leasegate.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.routing.HeaderMatch;
import io.leasegate.routing.Route;
import io.leasegate.routing.RouteMatch;
import io.leasegate.routing.TextMatch;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.ScriptedInstance;
import io.leasegate.testkit.ScriptedInstance.StreamScript;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where calls go, in the contract's order, and that a new table is used at once. */
@Timeout(60)
class ServiceLookupTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .routes(
                    new Route(
                            new RouteMatch(
                                    null,
                                    "/routed.Prefix/",
                                    null,
                                    List.of(new HeaderMatch("x-user", new TextMatch.Exact("vip")))),
                            "vip",
                            ""),
                    new Route(new RouteMatch(null, "/routed.Prefix/", null, List.of()), "prefix", ""),
                    new Route(RouteMatch.grpc("routed.Grpc", "One"), "one", ""),
                    new Route(RouteMatch.grpc("routed.Grpc", null), "all", ""),
                    new Route(new RouteMatch(null, null, "by-host.example", List.of()), "host", ""),
                    new Route(RouteMatch.grpc("routed.Versioned", null), "versioned", "v2"));

    /** Answers with its name. */
    private static StreamScript named(String name) {
        return stream -> {
            stream.expectRequestEnd();
            stream.reply(name);
        };
    }

    private String ask(RawHttp2Client client, HeaderFields headers) {
        GrpcResponse r = client.open(headers, true).response();
        return r.grpcStatus() == 0 ? new String(r.messages().get(0), StandardCharsets.UTF_8) : r.outcome();
    }

    private String ask(String authority, String path) {
        return ask(gateway.client(), HeaderFields.grpcRequest(authority, path));
    }

    @Test
    void authorityThenFullServiceThenLastPart() {
        for (String name : List.of("host-service", "package.Service", "service")) {
            gateway.instance(name, named(name));
        }
        assertThat(ask("host-service", "/package.Service/M")).isEqualTo("host-service");
        assertThat(ask("host-service:8080", "/package.Service/M")).isEqualTo("host-service");
        assertThat(ask("unknown", "/package.Service/M")).isEqualTo("package.Service");
        assertThat(ask("unknown", "/other.package.Service/M")).isEqualTo("service");
        assertThat(ask("unknown", "/other.package.SERVICE/M")).isEqualTo("service");
        assertThat(ask("unknown", "/other.package.Nothing/M")).isEqualTo("NS");
        assertThat(ask("127.0.0.1:80", "/Service/M")).isEqualTo("service");
    }

    @Test
    void routesGoFirstAndTheFirstThatMatchesWins() {
        for (String name : List.of("vip", "prefix", "one", "all", "host", "routed.Grpc")) {
            gateway.instance(name, named(name));
        }
        assertThat(ask("x", "/routed.Prefix/M")).isEqualTo("prefix");
        assertThat(ask(
                        gateway.client(),
                        HeaderFields.grpcRequest("x", "/routed.Prefix/M").with("x-user", "vip")))
                .isEqualTo("vip");
        assertThat(ask("x", "/routed.Grpc/One")).isEqualTo("one");
        assertThat(ask("x", "/routed.Grpc/Two")).isEqualTo("all");
        assertThat(ask("by-host.example", "/a.B/C")).isEqualTo("host");
        assertThat(ask("BY-HOST.example:443", "/a.B/C")).isEqualTo("host");
    }

    @Test
    void routeOfAVersionGoesToInstancesOfThatVersionOnly() {
        ScriptedInstance v1 = gateway.close(ScriptedInstance.start(named("v1")));
        ScriptedInstance v2 = gateway.close(ScriptedInstance.start(named("v2")));
        gateway.register("versioned", "v1", v1.port());
        assertThat(ask("x", "/routed.Versioned/M")).isEqualTo("UH");
        gateway.register("versioned", "v2", v2.port());
        for (int i = 0; i < 6; i++) {
            assertThat(ask("x", "/routed.Versioned/M")).isEqualTo("v2");
        }
    }

    @Test
    void callsOfOneConnectionGoToAllInstancesInTurn() {
        for (String name : List.of("a", "b", "c")) {
            gateway.instance("echo", named(name));
        }
        TreeMap<String, Integer> counts = new TreeMap<>();
        RawHttp2Client client = gateway.client();
        for (int i = 0; i < 30; i++) {
            counts.merge(ask(client, HeaderFields.grpcRequest("echo", "/a.B/C")), 1, Integer::sum);
        }
        assertThat(counts)
                .containsOnlyKeys("a", "b", "c")
                .allSatisfy((name, n) -> assertThat(n).isEqualTo(10));
    }

    @Test
    void oneConnectionReachesManyServices() {
        RawHttp2Client client = gateway.client();
        for (String name : List.of("s1", "s2", "s3")) {
            gateway.instance(name, named(name));
        }
        for (String name : List.of("s3", "s1", "s2", "s1")) {
            assertThat(ask(client, HeaderFields.grpcRequest(name, "/a.B/C"))).isEqualTo(name);
        }
    }

    @Test
    void newInstanceIsUsedByTheNextCallAndRemovedOneIsNot() {
        RawHttp2Client client = gateway.client();
        HeaderFields request = HeaderFields.grpcRequest("echo", "/a.B/C");
        assertThat(ask(client, request)).isEqualTo("NS");
        ScriptedInstance a = gateway.instance("echo", named("a"));
        assertThat(ask(client, request)).isEqualTo("a");
        ScriptedInstance b = gateway.instance("echo", named("b"));
        gateway.unregister("echo", a.port());
        for (int i = 0; i < 5; i++) {
            assertThat(ask(client, request)).isEqualTo("b");
        }
        gateway.unregister("echo", b.port());
        assertThat(ask(client, request)).isEqualTo("UH");
    }

    @Test
    void callInFlightOnARemovedInstanceFinishes() {
        ScriptedInstance instance = gateway.instance("echo");
        var call = gateway.client().openCall("echo", "/a.B/C").message("one");
        var stream = instance.nextStream();
        stream.expectMessage("one");
        gateway.unregister("echo", instance.port());
        call.lastMessage("two");
        assertThat(stream.expectRequestEnd()).isNotEmpty();
        stream.reply("done");
        assertThat(call.response().grpcStatus()).isZero();
        assertThat(stream.connection().expectClosed()).isEqualTo("FIN");
    }
}
