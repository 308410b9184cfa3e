package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.routing.AddressRange;
import io.leasegate.routing.HeaderMatch;
import io.leasegate.routing.Route;
import io.leasegate.routing.RouteMatch;
import io.leasegate.routing.TextMatch;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Routes for some callers: by where they come from, by the listener, by metadata in bytes. */
@Timeout(60)
class CallerMatchTest {

    private static final List<HeaderMatch> BINARY =
            List.of(new HeaderMatch("tenant-bin", new TextMatch.Prefix("Grün/")));

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create()
            .routes(
                    route("elsewhere", null, range(10, 0, 0, 0)),
                    route("binary", new RouteMatch(null, "/", "tenant.example", BINARY)),
                    route("local", "by-source.example", range(127, 0, 0, 0)),
                    route(
                            "listener",
                            new RouteMatch(null, null, "by-listener.example", List.of(), null, "main", List.of())),
                    route("never", new RouteMatch(null, "/", null, List.of(), null, "other", List.of())));

    private static List<AddressRange> range(int a, int b, int c, int d) {
        return List.of(new AddressRange(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d}, 8, "x/8"));
    }

    private static Route route(String service, @Nullable String authority, List<AddressRange> sources) {
        return route(service, new RouteMatch(null, "/", authority, List.of(), null, null, sources));
    }

    private static Route route(String service, RouteMatch match) {
        return new Route(match, service, "");
    }

    @BeforeEach
    void begin() {
        for (String service : List.of("elsewhere", "binary", "local", "listener", "never")) {
            gateway.instance(service, s -> {
                s.expectRequestEnd();
                s.reply(service);
            });
        }
    }

    private String answer(HeaderFields request) {
        GrpcResponse r = gateway.client().open(request, true).response();
        return r.grpcStatus() == 0 ? new String(r.body(), StandardCharsets.UTF_8).substring(5) : r.outcome();
    }

    private static HeaderFields to(String authority) {
        return HeaderFields.grpcRequest(authority, UNARY);
    }

    @Test
    void callersAreToldApartByTheirAddress() {
        assertThat(answer(to("by-source.example"))).isEqualTo("local");
    }

    @Test
    void callsAreToldApartByTheirListener() {
        assertThat(answer(to("by-listener.example"))).isEqualTo("listener");
        assertThat(answer(to("nobody.example")))
                .as("the route of another listener")
                .isEqualTo("NS");
    }

    @Test
    void binaryMetadataIsComparedAsItsBytes() {
        // "Grün/7" in UTF-8, with padding and without.
        assertThat(answer(to("tenant.example").with("tenant-bin", "R3LDvG4vNw==")))
                .isEqualTo("binary");
        assertThat(answer(to("tenant.example").with("tenant-bin", "R3LDvG4vNw")))
                .isEqualTo("binary");
        for (String other : List.of("R3L", "not base64!", "/w==", "")) {
            assertThat(answer(to("tenant.example").with("tenant-bin", other)))
                    .as(other)
                    .isEqualTo("NS");
        }
    }
}
