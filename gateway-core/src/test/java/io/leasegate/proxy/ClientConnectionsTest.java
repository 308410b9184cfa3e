package io.leasegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ClientConnectionsTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static @Nullable Long client(String address) throws Exception {
        return ClientConnections.client(new InetSocketAddress(InetAddress.getByName(address), 1));
    }

    @Test
    void anIpv6ClientIsItsPrefixOf64Bits() throws Exception {
        assertThat(client("2001:db8:1:2::1")).isEqualTo(client("2001:db8:1:2:ffff::9"));
        assertThat(client("2001:db8:1:2::1")).isNotEqualTo(client("2001:db8:1:3::1"));
        assertThat(client("10.0.0.1")).isNotEqualTo(client("10.0.0.2")).isEqualTo(client("::ffff:10.0.0.1"));
        assertThat(client("255.255.255.255")).isNotEqualTo(client("::1"));
        assertThat(ClientConnections.client(null)).isNull();
    }

    @Test
    void openConnectionsOfTheListenerAndOfEachAddress() throws Exception {
        ClientConnections c = new ClientConnections(new ConnectionLimits(3, 2, 0));
        Long a = client("10.0.0.1");
        Long b = client("10.0.0.2");
        assertThat(c.opened(a, 0)).isNull();
        assertThat(c.opened(a, 0)).isNull();
        assertThat(c.opened(a, 0)).isEqualTo(ConnectionRefusal.MAX_PER_ADDRESS);
        assertThat(c.opened(b, 0)).isNull();
        assertThat(c.opened(b, 0)).isEqualTo(ConnectionRefusal.MAX);
        c.closed(a);
        assertThat(c.opened(b, 0)).isNull();
        c.closed(a);
        c.closed(b);
        c.closed(b);
        assertThat(c.open()).isZero();
        assertThat(c.addresses()).as("addresses that are remembered").isZero();
    }

    @Test
    void newConnectionsWithinASecond() throws Exception {
        ClientConnections c = new ClientConnections(new ConnectionLimits(0, 0, 2));
        Long a = client("10.0.0.1");
        assertThat(c.opened(a, 5 * SECOND)).isNull();
        c.closed(a);
        assertThat(c.opened(a, 5 * SECOND + 1)).isNull();
        assertThat(c.opened(a, 5 * SECOND + 2)).isEqualTo(ConnectionRefusal.RATE_PER_ADDRESS);
        assertThat(c.opened(client("10.0.0.2"), 5 * SECOND + 2)).isNull();
        assertThat(c.opened(a, 6 * SECOND)).isNull();
    }

    @Test
    @Timeout(60)
    void countsAreExactThoughLoopsShareThem() throws Exception {
        ClientConnections c = new ClientConnections(new ConnectionLimits(50, 40, 0));
        AtomicInteger most = new AtomicInteger();
        AtomicInteger now = new AtomicInteger();
        List<Thread> loops = new ArrayList<>();
        Long a = client("10.0.0.1");
        for (int t = 0; t < 4; t++) {
            Thread loop = new Thread(() -> {
                for (int i = 0; i < 20_000; i++) {
                    int opened = 0;
                    while (opened < 20 && c.opened(a, 0) == null) {
                        opened++;
                        most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    }
                    for (; opened > 0; opened--) {
                        now.decrementAndGet();
                        c.closed(a);
                    }
                }
            });
            loops.add(loop);
            loop.start();
        }
        for (Thread loop : loops) {
            loop.join();
        }
        assertThat(most.get()).isBetween(1, 40);
        assertThat(c.open()).isZero();
        assertThat(c.addresses()).isZero();
    }
}
