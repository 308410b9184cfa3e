package io.leasegate.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.proxy.CallObserver;
import io.leasegate.proxy.ConnectionObserver;
import io.leasegate.proxy.Gateway;
import io.leasegate.proxy.GatewaySettings;
import io.leasegate.proxy.UpstreamSettings;
import io.leasegate.routing.RouteTableBuilder;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.testkit.EtcdProcess;
import io.leasegate.testkit.TestServer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** More endpoints at once than a loop connects to at a time: each gets its turn. */
class ManyEndpointsTest {

    private static final int COUNT = 600;

    @Test
    void eachIsCheckedAlthoughOnlySomeAreConnectedToAtATime() throws Exception {
        int dead = EtcdProcess.freePorts(1)[0];
        Set<String> healthy = ConcurrentHashMap.newKeySet();
        Set<String> unhealthy = ConcurrentHashMap.newKeySet();
        RouteTableRef tables = new RouteTableRef(
                new RouteTableBuilder(s -> new RoundRobinLoadBalancer(), List.of(), "static").table());
        try (TestServer live = TestServer.start();
                Gateway gateway = new Gateway(
                        new GatewaySettings(List.of(), 1, service -> UpstreamSettings.DEFAULT),
                        tables,
                        CallObserver.NONE,
                        ConnectionObserver.NONE)) {
            HealthChecker checker = new HealthChecker(
                    gateway,
                    service -> HealthSettings.DEFAULT,
                    (e, state, reason) -> (state == EndpointState.HEALTHY ? healthy : unhealthy).add(e.id().service()));
            for (int i = 0; i < COUNT; i++) {
                EndpointId id = new EndpointId("s" + i, "127.0.0.1", i % 2 == 0 ? live.port() : dead);
                checker.onAdded(new Endpoint(new Instance(id, 1, "", Map.of(), false, "static", "", 0, 0, 0)));
            }
            Set<String> alive = services(0);
            Set<String> gone = services(1);
            for (int i = 0; i < 3_000 && !(healthy.containsAll(alive) && unhealthy.containsAll(gone)); i++) {
                Thread.sleep(10);
            }
            // On a busy machine a live one may be late for its first check, and pass the next.
            assertThat(healthy).isEqualTo(alive);
            assertThat(unhealthy).containsAll(gone);
        }
    }

    private static Set<String> services(int remainder) {
        return IntStream.range(0, COUNT)
                .filter(i -> i % 2 == remainder)
                .mapToObj(i -> "s" + i)
                .collect(Collectors.toSet());
    }
}
