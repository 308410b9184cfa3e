package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.SampledLeakDetection;
import io.leasegate.testkit.TestClient;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the default limits must let through: a stock client that cancels a thousand calls a second. */
@Timeout(120)
@ExtendWith(SampledLeakDetection.class)
class CancellingClientTest {

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create().ioThreads(1);

    @Test
    void grpcJavaCancelsAThousandCallsASecond() {
        gateway.server(AUTHORITY);
        TestClient client = gateway.grpcClient(AUTHORITY);
        client.unary(new byte[1]);
        long begin = System.nanoTime();
        int calls = 6_000;
        for (int i = 0; i < calls; i++) {
            TestClient.Call call = client.bidi().send(new byte[10]);
            if (i % 2 == 0) {
                call.receive();
            }
            call.cancel();
            // No faster than a thousand a second; a slow machine makes it fewer.
            LockSupport.parkNanos(begin + TimeUnit.MILLISECONDS.toNanos(i) - System.nanoTime());
        }
        assertThat(client.unary(new byte[] {7})).containsExactly(7);
        assertThat(gateway.observer().violations()).isEmpty();
        assertThat(gateway.observer().started()).isGreaterThan(calls / 2);
        assertThat(gateway.observer().downstreamOpened()).as("connections").isEqualTo(1);
    }
}
