package io.leasegate.routing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two hundred changes a second among 10,000 instances must not keep the control thread busy. The bounds leave room for slow machines. */
class RouteTableBuilderCostTest {

    @ParameterizedTest
    @CsvSource({"1000, 10, 40000", "10000, 1, 900000", "1, 10000, 900000"})
    void aChangeCostsLittle(int services, int instancesOfEach, long mostBytes) {
        RouteTableBuilder builder = new RouteTableBuilder(name -> new RoundRobinLoadBalancer(), List.of(), "etcd");
        List<Instance> all = new ArrayList<>();
        for (int s = 0; s < services; s++) {
            for (int i = 0; i < instancesOfEach; i++) {
                all.add(instance(s, i, 1));
            }
        }
        builder.setAll(all);
        builder.build(1);
        run(builder, all, 400, 2);
        // Bytes allocated, since times depend on the machine: what is not shared with the table before is built anew.
        long before = allocatedBytes();
        run(builder, all, 600, 10_000);
        assertThat((allocatedBytes() - before) / 600)
                .as("bytes allocated for each change")
                .isLessThan(mostBytes);
    }

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static void run(RouteTableBuilder builder, List<Instance> all, int changes, long revision) {
        Random random = new Random(revision);
        for (int n = 0; n < changes; n++) {
            Instance i = all.get(random.nextInt(all.size()));
            if (n % 2 == 0) {
                Destination d = requireNonNull(builder.table().match(TestRequest.of(i.id().service(), "/x/y")));
                Endpoint e = d.cluster().endpoints().get(0);
                e.state(n % 4 == 0 ? EndpointState.HEALTHY : EndpointState.UNHEALTHY, "");
                builder.healthChanged(e);
            } else {
                // gone, and back again
                builder.set(i.key(), List.of());
                builder.build(revision + n);
                builder.set(i.key(), List.of(i));
            }
            builder.build(revision + n);
        }
    }

    private static Instance instance(int service, int number, long revision) {
        return new Instance(
                new EndpointId("service-" + service, "10.0.0." + number % 250, 1 + number),
                1,
                "",
                Map.of(),
                false,
                "seed",
                "/service-" + service + "/" + number,
                0,
                0,
                revision);
    }
}
