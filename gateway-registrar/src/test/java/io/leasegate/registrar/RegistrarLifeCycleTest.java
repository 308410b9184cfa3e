package io.leasegate.registrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.api.KeyValue;
import io.leasegate.registrar.RegistrarStatus.State;
import io.leasegate.testkit.EtcdProcess;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A registrar's quiet life on a real etcd. */
@Timeout(30)
class RegistrarLifeCycleTest {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String KEY = "/hello/1.0.0/127.0.0.1:1001";

    private static EtcdProcess etcd;
    private EtcdFixture fixture;

    @BeforeAll
    static void startEtcd() {
        etcd = EtcdProcess.launch();
    }

    @AfterAll
    static void stopEtcd() {
        etcd.close();
    }

    @BeforeEach
    void connect() {
        fixture = new EtcdFixture(etcd.clientPort());
        assertThat(fixture.all()).isEmpty();
    }

    @AfterEach
    void disconnect() {
        fixture.close();
    }

    private static RegistrarBuilder hello() {
        return Registrar.builder()
                .endpoints(etcd.endpoint())
                .service("hello")
                .address("127.0.0.1:1001")
                .version("1.0.0")
                .weight(1)
                .ttl(Duration.ofSeconds(2));
    }

    @Test
    void putsTheKeyUnderALeaseAndTakesBothAwayOnClose() throws InterruptedException {
        long leaseId;
        Registrar registrar = hello().build();
        assertThat(registrar.status().state()).isEqualTo(State.NEW);
        registrar.start();
        try {
            assertThat(registrar.awaitRegistered(PATIENCE)).isTrue();
            KeyValue kv = onlyKey();
            assertThat(kv.getKey().toStringUtf8()).isEqualTo(KEY);
            assertThat(kv.getValue().toStringUtf8())
                    .isEqualTo("{\"name\":\"hello\",\"addr\":\"127.0.0.1:1001\",\"version\":\"1.0.0\",\"weight\":1}");
            RegistrarStatus status = registrar.status();
            assertThat(status.state()).isEqualTo(State.REGISTERED);
            assertThat(status.key()).isEqualTo(KEY);
            assertThat(status.leaseId()).isEqualTo(kv.getLease()).isNotZero();
            assertThat(status.leaseTtlSeconds()).isEqualTo(2);
            assertThat(status.registrations()).isOne();
            assertThat(status.lastError()).isNull();
            leaseId = status.leaseId();
            assertThat(fixture.alive(leaseId)).isTrue();
        } finally {
            registrar.close();
        }
        assertThat(fixture.all()).isEmpty();
        assertThat(fixture.alive(leaseId)).isFalse();
        assertThat(registrar.status().state()).isEqualTo(State.CLOSED);
        assertThat(registrar.status().leaseId()).isZero();
    }

    @Test
    void staysUnderOneLeaseAndOneRevisionFarBeyondTheTtl() throws InterruptedException {
        try (Registrar registrar = hello().build()) {
            registrar.start();
            assertThat(registrar.awaitRegistered(PATIENCE)).isTrue();
            KeyValue first = onlyKey();
            for (int i = 0; i < 10; i++) {
                Thread.sleep(500);
                assertThat(onlyKey()).isEqualTo(first);
            }
            assertThat(registrar.status().registrations()).isOne();
        }
    }

    @Test
    void newWeightGoesOnTheSameKeyAndLease() throws InterruptedException {
        try (Registrar registrar = hello().build()) {
            registrar.start();
            assertThat(registrar.awaitRegistered(PATIENCE)).isTrue();
            KeyValue before = onlyKey();
            registrar.updateWeight(5);
            assertThat(registrar.awaitRegistered(Duration.ofMillis(500))).isTrue();
            KeyValue after = onlyKey();
            assertThat(after.getValue().toStringUtf8()).endsWith("\"weight\":5}");
            assertThat(after.getLease()).isEqualTo(before.getLease());
            assertThat(after.getCreateRevision()).isEqualTo(before.getCreateRevision());
            assertThatThrownBy(() -> registrar.updateWeight(-1)).hasMessage("weight: -1 (expected 0 or more)");
        }
    }

    @Test
    void weightSetBeforeTheStartIsTheOneRegistered() throws InterruptedException {
        try (Registrar registrar = hello().build()) {
            registrar.updateWeight(7);
            registrar.start();
            assertThat(registrar.awaitRegistered(PATIENCE)).isTrue();
            assertThat(onlyKey().getValue().toStringUtf8()).endsWith("\"weight\":7}");
            assertThat(onlyKey().getVersion()).isOne();
        }
    }

    @Test
    void listenersSeeEachChangeAndMayCloseTheRegistrar() throws InterruptedException {
        BlockingQueue<RegistrarStatus> seen = new LinkedBlockingQueue<>();
        Registrar registrar = hello().build();
        registrar.addListener(s -> {
            throw new IllegalStateException("a listener that fails");
        });
        registrar.addListener(seen::add);
        registrar.addListener(s -> {
            if (s.state() == State.REGISTERED) {
                registrar.close();
            }
        });
        registrar.start();
        assertThat(next(seen).state()).isEqualTo(State.REGISTERING);
        assertThat(next(seen).state()).isEqualTo(State.REGISTERED);
        assertThat(next(seen).state()).isEqualTo(State.CLOSED);
        assertThat(fixture.all()).isEmpty();
        registrar.close();
        assertThat(seen).isEmpty();
    }

    @Test
    void startsOnceAndClosesAnyTime() throws InterruptedException {
        Registrar unstarted = hello().build();
        unstarted.close();
        assertThat(unstarted.status().state()).isEqualTo(State.CLOSED);
        assertThat(unstarted.awaitRegistered(PATIENCE)).isFalse();
        assertThatThrownBy(unstarted::start).isInstanceOf(IllegalStateException.class);
        try (Registrar registrar = hello().build()) {
            registrar.start();
            assertThatThrownBy(registrar::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("started");
        }
        assertThat(fixture.all()).isEmpty();
    }

    private KeyValue onlyKey() {
        List<KeyValue> all = fixture.all();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private static RegistrarStatus next(BlockingQueue<RegistrarStatus> seen) throws InterruptedException {
        RegistrarStatus status = seen.poll(5, TimeUnit.SECONDS);
        assertThat(status).isNotNull();
        return status;
    }
}
