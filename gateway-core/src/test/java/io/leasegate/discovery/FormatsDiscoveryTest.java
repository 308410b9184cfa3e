package io.leasegate.discovery;

import static io.leasegate.discovery.DiscoveryFixture.await;
import static io.leasegate.discovery.DiscoveryFixture.seed;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.registration.KeyPrefix;
import io.leasegate.routing.RouteTable;
import io.leasegate.testkit.EtcdProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Registrations of many formats side by side in a real etcd, and what becomes of them when they change. */
class FormatsDiscoveryTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private static EtcdProcess process;
    private static EtcdTestClient etcd;

    @BeforeAll
    static void start() {
        process = EtcdProcess.launch();
        etcd = new EtcdTestClient(process);
    }

    @AfterAll
    static void stop() {
        etcd.close();
        process.close();
    }

    @BeforeEach
    void empty() {
        etcd.deleteAll();
    }

    private static EtcdSettings settings() {
        return EtcdSettings.of(List.of(process.endpoint()))
                .withKeyPrefixes(List.of(KeyPrefix.of(""), new KeyPrefix("shop/", "go-kit", "shop")));
    }

    @Test
    void allFormatsMakeOneTable() throws InterruptedException {
        etcd.put("/echo/127.0.0.1:1", seed("echo", 1));
        etcd.put("naming/127.0.0.1:2", "{\"Op\":0,\"Addr\":\"127.0.0.1:2\",\"Metadata\":null}");
        etcd.put("user.rpc/7587870374236236047", "127.0.0.1:3");
        etcd.put(
                "/microservices/k/1",
                "{\"id\":\"1\",\"name\":\"k\",\"endpoints\":[\"http://127.0.0.1:80\",\"grpcs://127.0.0.1:4\"]}");
        etcd.put(
                "kitex/registry-etcd/kx/127.0.0.1:5",
                "{\"network\":\"tcp\",\"address\":\"127.0.0.1:5\",\"weight\":0,\"tags\":null}");
        etcd.put("shop/a", "127.0.0.1:6");
        etcd.put(
                "hertz/registry-etcd/web/127.0.0.1:80",
                "{\"network\":\"tcp\",\"address\":\"127.0.0.1:80\",\"weight\":1}");
        etcd.put("/apisix/upstreams/", "init_dir");
        etcd.put("/config/x", "hello");
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            assertThat(f.shown()).isEqualTo("""
                            echo 127.0.0.1:1 1\s
                            k 127.0.0.1:4 100\s
                            kx 127.0.0.1:5 10\s
                            naming 127.0.0.1:2 1\s
                            shop 127.0.0.1:6 1\s
                            user.rpc 127.0.0.1:3 1\s""");
            assertThat(requireNonNull(f.table().find("k", "127.0.0.1:4"))
                            .instance()
                            .tls())
                    .isTrue();
            assertThat(f.discovery.refusals().stream()
                            .map(r -> r.key() + " " + r.kind())
                            .toList())
                    .containsExactly(
                            "/apisix/upstreams/ INACTIVE",
                            "/config/x FOREIGN",
                            "hertz/registry-etcd/web/127.0.0.1:80 INACTIVE");
        }
    }

    /** As go-zero registers anew: a new key with the old value, while the old key lives on until its lease ends. */
    @Test
    void anAddressStaysUntilTheLastOfItsKeysGoes() throws InterruptedException {
        etcd.put("user.rpc/1", "127.0.0.1:3");
        etcd.put("user.rpc/2", "127.0.0.1:3");
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            etcd.delete("user.rpc/1");
            etcd.put("user.rpc/3", "127.0.0.1:4");
            await(SOON, () -> f.shown().equals("user.rpc 127.0.0.1:3 1 \nuser.rpc 127.0.0.1:4 1 "));
            etcd.delete("user.rpc/2");
            await(SOON, () -> f.shown().equals("user.rpc 127.0.0.1:4 1 "));
            etcd.put("user.rpc/3", "127.0.0.1:5");
            await(SOON, () -> f.shown().equals("user.rpc 127.0.0.1:5 1 "));
        }
    }

    @Test
    void oneKeyOfSeveralAddressesGoesAsOne() throws InterruptedException {
        String key = "/service/default/default/demo/latest/127.0.0.1:1,127.0.0.1:2";
        etcd.put(key, "{\"protocol\":\"grpc\"}");
        etcd.put("/service/default/default/demo/latest/127.0.0.1:2", "{\"protocol\":\"grpc\",\"weight\":5}");
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            assertThat(f.shown()).isEqualTo("demo 127.0.0.1:1 1 latest\ndemo 127.0.0.1:2 5 latest");
            etcd.delete(key);
            await(SOON, () -> f.shown().equals("demo 127.0.0.1:2 5 latest"));
        }
    }

    /** As liyue201/grpc-lb does: the same value, each time under a lease of its own. */
    @Test
    void aKeyThatIsWrittenAgainWithTheSameMeaningChangesNothingThatIsRouted() throws InterruptedException {
        String key = "/backend/services/test/1.0/i1";
        String value = "{\"InstanceId\":\"i1\",\"Name\":\"test\",\"Version\":\"1.0\",\"Address\":\"127.0.0.1:1\","
                + "\"Metadata\":{\"weight\":[\"3\"]}}";
        etcd.put(key, value, etcd.grant(30));
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            await(SOON, () -> ttl(f) == 30);
            RouteTable before = f.table();
            for (int n = 0; n < 20; n++) {
                etcd.put(key, n % 2 == 0 ? value : value + "\n", etcd.grant(30));
            }
            await(SOON, () -> f.table().revision() == etcd.revision());
            assertThat(f.table().version()).isEqualTo(before.version());
            assertThat(f.table().clusters()).isEqualTo(before.clusters());
            assertThat(f.table().clusters().get(0)).isSameAs(before.clusters().get(0));
            assertThat(ttl(f)).isEqualTo(30);
        }
    }

    private static long ttl(DiscoveryFixture f) {
        Instance i = requireNonNull(f.table().find("test", "127.0.0.1:1")).instance();
        return i.leaseTtlSeconds();
    }

    @Test
    void whatARegistrationTakesOutOfRotationIsShownAsUnhealthy() throws InterruptedException {
        String key = "/services/app/127.0.0.1:1";
        String value =
                "{\"serviceName\":\"app\",\"host\":\"127.0.0.1\",\"port\":1,\"enabled\":ENABLED,\"healthy\":true}";
        etcd.put(key, value.replace("ENABLED", "true"));
        try (DiscoveryFixture f = new DiscoveryFixture(settings()).follow()) {
            var endpoint = requireNonNull(f.table().find("app", "127.0.0.1:1"));
            f.discovery.setState(endpoint, EndpointState.HEALTHY, "");
            await(SOON, () -> endpoint.shownState() == EndpointState.HEALTHY);
            etcd.put(key, value.replace("ENABLED", "false"));
            await(SOON, () -> endpoint.shownState() == EndpointState.UNHEALTHY);
            assertThat(endpoint.shownReason()).isEqualTo("disabled by its registration");
            assertThat(endpoint.state()).isEqualTo(EndpointState.HEALTHY);
            assertThat(f.table().find("app", "127.0.0.1:1")).isSameAs(endpoint);
            etcd.put(key, value.replace("ENABLED", "true"));
            await(SOON, () -> endpoint.shownState() == EndpointState.HEALTHY);
        }
    }

    @Test
    void whatIsOutsideThePrefixesIsTold() throws Exception {
        etcd.put("/echo/127.0.0.1:1", seed("echo", 1));
        etcd.put("user.rpc/1", "127.0.0.1:3");
        etcd.put("user.rpc/2", "127.0.0.1:4");
        EtcdSettings slash = EtcdSettings.of(List.of(process.endpoint()));
        RegistrySnapshot snapshot = EtcdSnapshotReader.read(slash, SOON);
        assertThat(snapshot.keys()).hasSize(1);
        assertThat(snapshot.elsewhere())
                .startsWith(
                        "keys outside the prefixes would register instances, such as 'user.rpc/1' (by format: {go-zero=2})");
        assertThat(EtcdSnapshotReader.read(settings(), SOON).elsewhere()).isEmpty();
    }

    @Test
    void anUnknownValueComesWithAGuess() throws Exception {
        etcd.put("/x/1", "{\"name\":\"a\",\"address\":\"10.0.0.1:1\",\"version\":\"1\"}");
        RegistrySnapshot snapshot = EtcdSnapshotReader.read(settings(), SOON);
        assertThat(snapshot.keys().get(0).guess())
                .isEqualTo("nearest is seed, whose fields addr, weight are missing or have other names");
    }
}
