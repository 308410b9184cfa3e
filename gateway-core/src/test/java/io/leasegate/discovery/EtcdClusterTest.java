package io.leasegate.discovery;

import static io.leasegate.discovery.DiscoveryFixture.await;
import static io.leasegate.discovery.DiscoveryFixture.seed;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.leasegate.testkit.EtcdProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real cluster of three members, some of which go: the table follows the rest, and stays as it was while there is no quorum. */
class EtcdClusterTest {

    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(4);

    private List<EtcdProcess> members;
    private List<EtcdTestClient> clients;
    private int port = 1;

    @BeforeEach
    void start() {
        members = EtcdProcess.launchCluster(3);
        clients = members.stream().map(EtcdTestClient::new).toList();
        clients.get(0).put("/echo/127.0.0.1:1", seed("echo", 1));
    }

    @AfterEach
    void stop() {
        clients.forEach(EtcdTestClient::close);
        members.forEach(EtcdProcess::close);
    }

    private DiscoveryFixture follow() throws InterruptedException {
        List<String> endpoints = members.stream().map(EtcdProcess::endpoint).toList();
        return new DiscoveryFixture(EtcdSettings.of(endpoints)).follow();
    }

    /** A change at a member that serves; it is done once the cluster can be written to, which is when this returns. */
    private void change(int member) {
        port++;
        int now = port;
        whenServed(() -> clients.get(member).put("/echo/127.0.0.1:" + now, seed("echo", now)));
        whenServed(() -> clients.get(member).delete("/echo/127.0.0.1:" + (now - 1)));
    }

    /** While a leader is missing, a member answers calls with an error, or lets them wait. */
    private static void whenServed(Runnable change) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            try {
                change.run();
                return;
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.UNAVAILABLE || System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }

    private int leader() {
        for (int i = 0; i < members.size(); i++) {
            if (clients.get(i).isLeader()) {
                return i;
            }
        }
        throw new AssertionError("no member leads");
    }

    private static int other(int member) {
        return (member + 1) % 3;
    }

    @Test
    void eachMemberGoesAndComesBackTheLeaderFirst() throws InterruptedException {
        try (DiscoveryFixture f = follow()) {
            int first = leader();
            for (int i = 0; i < members.size(); i++) {
                int gone = (first + i) % 3;
                members.get(gone).kill();
                change(other(gone));
                f.awaitEqual(clients.get(other(gone)), LIMIT);
                members.get(gone).start();
                change(gone);
                f.awaitEqual(clients.get(gone), LIMIT);
            }
            assertThat(f.status().connected()).isTrue();
        }
    }

    @Test
    void withoutAQuorumTheTableStays() throws InterruptedException {
        try (DiscoveryFixture f = follow()) {
            String before = f.shown();
            int left = leader();
            members.get(other(left)).kill();
            members.get(other(other(left))).kill();
            await(Duration.ofSeconds(20), () -> !f.status().connected());
            DiscoveryFixture.pause(3_000);
            assertThat(f.shown()).isEqualTo(before);
            assertThat(f.discovery.ready()).isTrue();
            members.get(other(left)).start();
            change(left);
            f.awaitEqual(clients.get(left), LIMIT);
        }
    }

    @Test
    void allMembersStopAndStartAgain() throws InterruptedException {
        try (DiscoveryFixture f = follow()) {
            String before = f.shown();
            members.forEach(EtcdProcess::stop);
            await(Duration.ofSeconds(5), () -> !f.status().connected());
            assertThat(f.shown()).isEqualTo(before);
            members.forEach(EtcdProcess::spawn);
            members.forEach(EtcdProcess::awaitHealthy);
            change(0);
            f.awaitEqual(clients.get(0), LIMIT);
        }
    }

    @Test
    void aMemberThatFallsSilentIsLeftForAnother() throws InterruptedException {
        try (DiscoveryFixture f = follow()) {
            // The first one named is the first one followed.
            int silent = 0;
            members.get(silent).freeze();
            change(other(silent));
            f.awaitEqual(clients.get(other(silent)), SILENCE_LIMIT);
            members.get(silent).thaw();
            change(silent);
            f.awaitEqual(clients.get(silent), LIMIT);
        }
    }
}
