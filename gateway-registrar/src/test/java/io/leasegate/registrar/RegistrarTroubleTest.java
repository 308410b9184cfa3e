package io.leasegate.registrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.etcd.jetcd.api.KeyValue;
import io.grpc.StatusRuntimeException;
import io.leasegate.registrar.RegistrarStatus.State;
import io.leasegate.testkit.EtcdProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What can happen to a registration, on a real etcd. After each: the key is back within the TTL plus one second of etcd being
 * reachable, exactly once, under a lease that is renewed.
 */
@Timeout(60)
class RegistrarTroubleTest {

    private static final Duration TTL = Duration.ofSeconds(2);
    private static final Duration BACK_WITHIN = TTL.plusSeconds(1);
    private static final String KEY = "/hello/1.0.0/127.0.0.1:1001";

    private EtcdProcess etcd;
    private EtcdFixture fixture;
    private Registrar registrar;

    @BeforeEach
    void registered() {
        etcd = EtcdProcess.launch();
        fixture = new EtcdFixture(etcd.clientPort());
        registrar = hello(etcd.endpoint()).build();
    }

    @AfterEach
    void end() {
        registrar.close();
        fixture.close();
        etcd.close();
    }

    private static RegistrarBuilder hello(String... endpoints) {
        return Registrar.builder()
                .endpoints(endpoints)
                .service("hello")
                .address("127.0.0.1:1001")
                .version("1.0.0")
                .ttl(TTL);
    }

    @Test
    void leaseRevoked() throws InterruptedException {
        long lost = register();
        fixture.revoke(lost);
        assertThat(fixture.all()).isEmpty();
        assertBackWithin(BACK_WITHIN);
        assertThat(registrar.status().leaseId()).isNotEqualTo(lost);
        assertThat(registrar.status().registrations()).isEqualTo(2);
        assertStays();
    }

    @Test
    void keyDeletedWhileTheLeaseLives() throws InterruptedException {
        long lease = register();
        fixture.delete(KEY);
        assertBackWithin(TTL);
        assertThat(registrar.status().leaseId()).isEqualTo(lease);
        assertStays();
    }

    @Test
    void keyPutByAnotherWithoutALease() throws InterruptedException {
        long lease = register();
        fixture.put(KEY, "{}");
        assertBackWithin(TTL);
        assertThat(registrar.status().leaseId()).isEqualTo(lease);
    }

    @Test
    void keyPutByAnotherWithoutALeaseJustBeforeClose() throws InterruptedException {
        register();
        fixture.put(KEY, "{}");
        registrar.close();
        assertThat(fixture.all()).isEmpty();
    }

    @Test
    void anotherProcessWithTheSameKeyTakesNothingAwayWhenItCloses() throws InterruptedException {
        register();
        Registrar other = hello(etcd.endpoint()).build();
        other.start();
        assertThat(other.awaitRegistered(TTL)).isTrue();
        assertThat(keys()).hasSize(1);
        other.close();
        assertBackWithin(TTL);
        assertStays();
    }

    @Test
    void etcdKilledAndRestarted() throws InterruptedException {
        register();
        etcd.kill();
        awaitStatus(s -> s.state() == State.RETRYING, TTL);
        assertThat(registrar.status().lastError()).contains(etcd.endpoint()).contains("UNAVAILABLE");
        Thread.sleep(TTL.toMillis() + 500);
        etcd.start();
        assertBackWithin(BACK_WITHIN);
        assertStays();
        // The former key survived the restart with its lease: it must be the same, not a second registration.
        assertThat(fixture.all()).hasSize(1);
    }

    @Test
    void etcdWipedAndRestarted() throws InterruptedException {
        long lost = register();
        etcd.kill();
        etcd.wipe();
        etcd.start();
        assertBackWithin(BACK_WITHIN);
        assertThat(registrar.status().leaseId()).isNotEqualTo(lost);
        assertStays();
    }

    @Test
    void etcdFrozenBeyondTheTtl() throws InterruptedException {
        register();
        etcd.freeze();
        try {
            awaitStatus(s -> s.state() == State.RETRYING, BACK_WITHIN);
            assertThat(registrar.status().lastError()).contains("DEADLINE_EXCEEDED: no answer within");
            Thread.sleep(TTL.toMillis() * 2);
        } finally {
            etcd.thaw();
        }
        assertBackWithin(BACK_WITHIN);
        assertStays();
    }

    @Test
    void etcdAwayAtTheStart() throws InterruptedException {
        etcd.stop();
        assertTimeout(Duration.ofMillis(500), () -> registrar.start());
        awaitStatus(s -> s.state() == State.RETRYING, TTL);
        assertThat(registrar.awaitRegistered(Duration.ofMillis(100))).isFalse();
        assertThat(registrar.status().lastError()).contains("Connection refused");
        registrar.updateWeight(9);
        Thread.sleep(TTL.toMillis());
        etcd.start();
        assertBackWithin(BACK_WITHIN);
        assertThat(fixture.all().get(0).getValue().toStringUtf8()).endsWith("\"weight\":9}");
        assertThat(registrar.status().lastErrorAt()).isNotNull();
    }

    @Test
    void closeWhileEtcdIsFrozenIsBoundedAndFinal() throws InterruptedException {
        registrar = hello(etcd.endpoint()).dialTimeout(Duration.ofSeconds(1)).build();
        register();
        etcd.freeze();
        try {
            awaitStatus(s -> s.state() == State.RETRYING, BACK_WITHIN);
            assertTimeout(Duration.ofSeconds(2), () -> registrar.close());
        } finally {
            etcd.thaw();
        }
        assertThat(registrar.status().state()).isEqualTo(State.CLOSED);
        long deadline = System.nanoTime() + BACK_WITHIN.toNanos();
        while (!keys().isEmpty()) {
            assertThat(System.nanoTime()).as("the lease ends by itself").isLessThan(deadline);
            Thread.sleep(50);
        }
        Thread.sleep(TTL.toMillis());
        assertThat(keys()).isEmpty();
    }

    @Test
    void closeWhileEtcdIsDownReturnsAtOnce() throws InterruptedException {
        register();
        etcd.kill();
        assertTimeout(Duration.ofSeconds(1), () -> registrar.close());
        assertThat(registrar.status().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void oneMemberThatRefusesAndOneThatIsSilentAreSteppedOver() throws InterruptedException, IOException {
        int refusing;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refusing = socket.getLocalPort();
        }
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            registrar = hello("127.0.0.1:" + refusing, "127.0.0.1:" + silent.getLocalPort(), etcd.endpoint())
                    .build();
            registrar.start();
            assertBackWithin(BACK_WITHIN);
            assertTimeout(Duration.ofSeconds(1), () -> registrar.close());
            assertThat(keys()).isEmpty();
        }
    }

    private long register() throws InterruptedException {
        registrar.start();
        assertThat(registrar.awaitRegistered(Duration.ofSeconds(5))).isTrue();
        assertThat(keys()).hasSize(1);
        return registrar.status().leaseId();
    }

    /** The key is there as it should be, and nothing else is. */
    private boolean inPlace() {
        List<KeyValue> all = keys();
        RegistrarStatus status = registrar.status();
        return all.size() == 1
                && all.get(0).getKey().toStringUtf8().equals(KEY)
                && all.get(0).getLease() == status.leaseId()
                && all.get(0).getValue().toStringUtf8().equals(status.registeredValue())
                && status.state() == State.REGISTERED;
    }

    private void assertBackWithin(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!inPlace()) {
            assertThat(System.nanoTime())
                    .as("not back after %s: %s, etcd has %s", limit, registrar.status(), keys())
                    .isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    private void assertStays() throws InterruptedException {
        long end = System.nanoTime() + BACK_WITHIN.toNanos();
        while (System.nanoTime() < end) {
            assertThat(inPlace())
                    .as("%s, etcd has %s", registrar.status(), keys())
                    .isTrue();
            Thread.sleep(100);
        }
    }

    private List<KeyValue> keys() {
        try {
            return fixture.all();
        } catch (StatusRuntimeException e) {
            // The fixture's own connection broke with etcd: reconnect without its back-off.
            fixture.close();
            fixture = new EtcdFixture(etcd.clientPort());
            return fixture.all();
        }
    }

    private void awaitStatus(Predicate<RegistrarStatus> expected, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!expected.test(registrar.status())) {
            assertThat(System.nanoTime()).as("%s", registrar.status()).isLessThan(deadline);
            Thread.sleep(10);
        }
    }
}
