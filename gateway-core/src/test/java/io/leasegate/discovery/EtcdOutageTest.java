package io.leasegate.discovery;

import static io.leasegate.discovery.DiscoveryFixture.await;
import static io.leasegate.discovery.DiscoveryFixture.seed;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.EtcdProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever happens to etcd: the last table stays meanwhile, and equals a fresh read within two seconds of etcd being reachable. */
class EtcdOutageTest {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    private EtcdProcess process;
    private EtcdTestClient etcd;

    @BeforeEach
    void start() {
        process = EtcdProcess.launch();
        etcd = new EtcdTestClient(process);
        for (int port = 1; port <= 3; port++) {
            etcd.put("/echo/127.0.0.1:" + port, seed("echo", port));
        }
    }

    @AfterEach
    void stop() {
        etcd.close();
        process.close();
    }

    private EtcdSettings settings() {
        return EtcdSettings.of(List.of(process.endpoint()));
    }

    @Test
    void anOrderlyRestart() throws InterruptedException {
        restarted(() -> process.stop());
    }

    @Test
    void aKill() throws InterruptedException {
        restarted(() -> process.kill());
    }

    private void restarted(Runnable end) throws InterruptedException {
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            String before = f.shown();
            end.run();
            await(Duration.ofSeconds(5), () -> !f.status().connected());
            assertThat(f.status().error()).contains("etcd at " + process.endpoint());
            await(LIMIT, () -> f.status().error().contains("Connection refused"));
            assertThat(f.status().error()).contains("is unreachable: is it running, and are the endpoints right?");
            DiscoveryFixture.pause(1_000);
            assertThat(f.shown()).isEqualTo(before);
            assertThat(f.discovery.ready()).isTrue();
            process.start();
            etcd.delete("/echo/127.0.0.1:1");
            etcd.put("/echo/127.0.0.1:4", seed("echo", 4));
            f.awaitEqual(etcd, LIMIT);
            assertThat(f.status().connected()).isTrue();
            assertThat(f.status().error()).isEmpty();
            etcd.delete("/echo/127.0.0.1:2");
            f.awaitEqual(etcd, LIMIT);
        }
    }

    @Test
    void lostDataAndRevisionsThatBeginAgain() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            etcd.put("/echo/127.0.0.1:1", seed("echo", 1, i, ""));
        }
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            long revision = f.table().revision();
            process.kill();
            process.wipe();
            process.start();
            etcd.put("/echo/127.0.0.1:7", seed("echo", 7));
            f.awaitEqual(etcd, LIMIT);
            assertThat(f.shown()).isEqualTo("echo 127.0.0.1:7 1 ");
            assertThat(f.table().revision()).isLessThan(revision);
            etcd.put("/echo/127.0.0.1:8", seed("echo", 8));
            etcd.delete("/echo/127.0.0.1:7");
            f.awaitEqual(etcd, LIMIT);
        }
    }

    @Test
    void lostDataThatGrewToTheSameRevisionMeanwhile() throws InterruptedException, IOException {
        try (FaultyLink link = new FaultyLink(process.clientPort());
                DiscoveryFixture f = new DiscoveryFixture(EtcdSettings.of(List.of(link.endpoint()))).follow()) {
            long revision = f.table().revision();
            // The gateway cannot look before the data have grown: the same cluster id, the same revision, other keys.
            link.stall(true);
            process.kill();
            process.wipe();
            process.start();
            for (int port = 11; port <= 13; port++) {
                etcd.put("/echo/127.0.0.1:" + port, seed("echo", port));
            }
            assertThat(etcd.revision()).isEqualTo(revision);
            link.stall(false);
            f.awaitEqual(etcd, LIMIT);
            assertThat(f.shown()).contains("127.0.0.1:11 ").doesNotContain("127.0.0.1:1 ");
        }
    }

    @Test
    void aFrozenProcess() throws InterruptedException {
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            String before = f.shown();
            process.freeze();
            await(Duration.ofSeconds(8), () -> !f.status().connected());
            assertThat(f.status().error()).contains("no sign of life");
            await(Duration.ofSeconds(8), () -> f.status().error().contains("gives no answer in time"));
            assertThat(f.shown()).isEqualTo(before);
            process.thaw();
            etcd.delete("/echo/127.0.0.1:3");
            f.awaitEqual(etcd, LIMIT);
        }
    }

    @Test
    void aNetworkThatDropsEverythingWhileEtcdIsCompacted() throws InterruptedException, IOException {
        try (FaultyLink link = new FaultyLink(process.clientPort());
                DiscoveryFixture f = new DiscoveryFixture(EtcdSettings.of(List.of(link.endpoint()))).follow()) {
            link.stall(true);
            for (int port = 4; port <= 30; port++) {
                etcd.put("/echo/127.0.0.1:" + port, seed("echo", port));
            }
            etcd.delete("/echo/127.0.0.1:1");
            etcd.compact(etcd.revision());
            etcd.delete("/echo/127.0.0.1:2");
            await(Duration.ofSeconds(8), () -> !f.status().connected());
            assertThat(f.shown()).contains("127.0.0.1:1 ");
            link.stall(false);
            f.awaitEqual(etcd, LIMIT);
        }
    }

    @Test
    void aConnectionThatIsForgottenOnItsWay() throws InterruptedException, IOException {
        try (FaultyLink link = new FaultyLink(process.clientPort());
                DiscoveryFixture f = new DiscoveryFixture(EtcdSettings.of(List.of(link.endpoint()))).follow()) {
            link.forgetConnections();
            etcd.delete("/echo/127.0.0.1:1");
            // found out by the missing signs of life
            f.awaitEqual(etcd, Duration.ofSeconds(6));
            await(LIMIT, () -> link.open() == 1);
        }
    }

    @Test
    void connectionsThatAreCutAgainAndAgainLeaveNothingBehind() throws InterruptedException, IOException {
        try (FaultyLink link = new FaultyLink(process.clientPort());
                DiscoveryFixture f = new DiscoveryFixture(EtcdSettings.of(List.of(link.endpoint()))).follow()) {
            for (int i = 0; i < 10; i++) {
                int before = f.lists.get();
                link.cut();
                await(LIMIT, () -> f.lists.get() > before && f.status().connected());
                etcd.put("/echo/127.0.0.1:" + (100 + i), seed("echo", 100 + i));
                f.awaitEqual(etcd, LIMIT);
            }
            assertThat(link.open()).isEqualTo(1);
            int accepted = link.accepted();
            int lists = f.lists.get();
            long version = f.table().version();
            DiscoveryFixture.pause(2_500);
            assertThat(link.accepted()).as("nothing is tried while all is well").isEqualTo(accepted);
            assertThat(f.lists).hasValue(lists);
            assertThat(f.table().version()).isEqualTo(version);
            assertThat(f.status().confirmedAgeMillis()).isLessThan(2_000);
        }
    }

    @Test
    void anEtcdThatIsNotThereAtFirst() throws InterruptedException {
        process.stop();
        try (DiscoveryFixture f = new DiscoveryFixture(settings())) {
            f.discovery.start();
            assertThat(f.discovery.awaitFirstSnapshot(Duration.ofMillis(1_500))).isFalse();
            assertThat(f.discovery.ready()).isFalse();
            assertThat(f.status().synced()).isFalse();
            assertThat(f.status().error()).contains("is unreachable: is it running, and are the endpoints right?");
            assertThat(f.status().disconnects()).as("attempts are spaced").isBetween(2L, 12L);
            process.start();
            assertThat(f.discovery.awaitFirstSnapshot(LIMIT)).isTrue();
            f.awaitEqual(etcd, LIMIT);
        }
    }

    @Test
    void theNextMemberIsTriedWhenOneIsDown() throws InterruptedException {
        String nobody = "http://127.0.0.1:" + EtcdProcess.freePorts(1)[0];
        try (DiscoveryFixture f = new DiscoveryFixture(EtcdSettings.of(List.of(nobody, process.endpoint()))).follow()) {
            f.awaitEqual(etcd, LIMIT);
        }
    }

    @Test
    void usersAndTheirPermissions() throws InterruptedException {
        etcd.enableAuth("secret", "/echo/");
        EtcdSettings echo = settings().withPrefixes(List.of("/echo/"));
        try (DiscoveryFixture f = new DiscoveryFixture(echo.withUser("reader", "secret")).follow()) {
            assertThat(f.shown()).contains("127.0.0.1:1 ", "127.0.0.1:2 ", "127.0.0.1:3 ");
            // tokens are lost with the process
            process.kill();
            process.start();
            await(LIMIT, () -> f.lists.get() == 2);
        }
        assertThat(errorOf(echo.withUser("reader", "wrong")))
                .contains("refuses the user 'reader': check username and password");
        assertThat(errorOf(echo)).contains("asks for a user: set username and password");
        assertThat(errorOf(settings().withUser("reader", "secret")))
                .contains(
                        "does not let the user 'reader' read the configured prefixes: grant its role read permission");
    }

    @Test
    void aUserWhereNoneIsNeeded() throws InterruptedException {
        try (DiscoveryFixture f = new DiscoveryFixture(settings().withUser("reader", "secret")).follow()) {
            f.awaitEqual(etcd, LIMIT);
        }
    }

    private static String errorOf(EtcdSettings settings) {
        try (DiscoveryFixture f = new DiscoveryFixture(settings)) {
            f.discovery.start();
            await(Duration.ofSeconds(5), () -> f.status().disconnects() > 0);
            return f.status().error();
        }
    }
}
