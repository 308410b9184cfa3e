package io.leasegate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pick allocates nothing, whatever the policy. */
class PickAllocationTest {

    private static final int PICKS = 20_000;
    private static final int ROUNDS = 10;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @EnumSource
    void aPickAllocatesNothing(BalancePolicy policy) {
        List<Endpoint> endpoints = Instances.weighing(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        assertThat(bytesForAPick(Instances.balancer(policy).picker(endpoints), endpoints))
                .isZero();
    }

    /** Most calls of zone a go elsewhere, and one instance of each is held back. */
    @ParameterizedTest
    @EnumSource
    void norWithZonesAndSlowStart(BalancePolicy policy) {
        List<Endpoint> endpoints = Instances.inZones("a", "a", "b", "b", "b", "b", "b", "b", "c", "c");
        for (int fresh : new int[] {1, 7, 9}) {
            endpoints.get(fresh).state(EndpointState.UNREACHABLE, "", 0);
            endpoints.get(fresh).state(EndpointState.HEALTHY, "", 0);
        }
        Picker picker = Instances.balancer(Instances.settings(policy)
                        .withZone("a")
                        .withPanicThreshold(0.5)
                        .withSlowStart(10_000_000_000L))
                .picker(endpoints);
        assertThat(bytesForAPick(picker, endpoints)).isZero();
    }

    private long bytesForAPick(Picker picker, List<Endpoint> endpoints) {
        SeededRequest request = new SeededRequest(1);
        request.header = "a user whose name is longer than 32 characters";
        endpoints.get(3).stats().failed(0);
        endpoints.get(4).stats().answered(1_000_000, 0);
        long least = Long.MAX_VALUE;
        // The first rounds are the warm-up; the virtual machine itself allocates a little, once in a while.
        for (int round = 0; round < ROUNDS; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            @Nullable Endpoint last = null;
            for (int i = 0; i < PICKS; i++) {
                last = picker.pick(request);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            assertThat(last).isNotNull();
        }
        return least / PICKS;
    }
}
