package io.leasegate.discovery;

import static io.leasegate.discovery.DiscoveryFixture.seed;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.leasegate.endpoint.Instance;
import io.leasegate.registration.RegistrationFormats;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyMapTest {

    private final List<String> heard = new ArrayList<>();
    private final KeyMap keys =
            new KeyMap(RegistrationFormats.auto(), lease -> lease == 9 ? 90 : 0, new KeyMap.Listener() {
                @Override
                public void onChange(
                        String key, List<Instance> before, List<Instance> instances, boolean removesAddress) {
                    heard.add((removesAddress ? "-" : "+") + key + " "
                            + instances.stream()
                                    .map(i -> i.id() + "*" + i.weight() + "/" + i.leaseTtlSeconds())
                                    .toList());
                }

                @Override
                public void onLeaseUsed(String key, long leaseId, long likelySeconds) {
                    heard.add("use " + leaseId + (likelySeconds == 0 ? "" : " like " + likelySeconds));
                }

                @Override
                public void onLeaseUnused(String key, long leaseId) {
                    heard.add("disuse " + leaseId);
                }

                @Override
                public void onRefusal(String key, @Nullable Refusal refusal) {
                    heard.add(
                            refusal == null
                                    ? "accepted " + key
                                    : refusal.kind() + " " + key + (refusal.previousKept() ? " kept" : ""));
                }
            });

    private List<String> heard() {
        List<String> all = List.copyOf(heard);
        heard.clear();
        return all;
    }

    private static KeyValue kv(String key, String value, long revision, long lease) {
        return KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .setModRevision(revision)
                .setLease(lease)
                .build();
    }

    private void list(KeyValue... all) {
        keys.beginList();
        for (KeyValue kv : all) {
            keys.list(kv);
        }
        keys.endList();
    }

    @Test
    void anEventThatIsNotNewerChangesNothing() {
        keys.put(kv("/a", seed("a", 1), 5, 0));
        heard();
        keys.put(kv("/a", seed("a", 2), 5, 0));
        keys.delete(kv("/a", "", 4, 0));
        assertThat(heard()).isEmpty();
        keys.delete(kv("/a", "", 6, 0));
        keys.delete(kv("/a", "", 7, 0));
        assertThat(heard()).containsExactly("-/a []");
        assertThat(keys.registered()).isZero();
    }

    @Test
    void anAddressThatMovesIsARemoval() {
        keys.put(kv("/a", seed("a", 1), 5, 0));
        keys.put(kv("/a", seed("a", 1, 7, ""), 6, 0));
        keys.put(kv("/a", seed("a", 2), 7, 0));
        assertThat(heard())
                .containsExactly("+/a [a@127.0.0.1:1*1/0]", "+/a [a@127.0.0.1:1*7/0]", "-/a [a@127.0.0.1:2*1/0]");
    }

    @Test
    void aValueThatBecomesUnusableKeepsWhatItSaidUntilTheKeyGoes() {
        keys.put(kv("/a", seed("a", 1), 5, 0));
        heard();
        keys.put(kv("/a", "{\"name\":\"a\",\"addr\":\"x\"}", 6, 0));
        keys.put(kv("/a", "other", 7, 0));
        list(kv("/a", "other", 7, 0));
        assertThat(heard()).containsExactly("MALFORMED /a kept", "FOREIGN /a kept");
        assertThat(keys.registered()).isEqualTo(1);
        keys.put(kv("/a", seed("a", 1, 3, ""), 8, 0));
        assertThat(heard()).containsExactly("+/a [a@127.0.0.1:1*3/0]", "accepted /a");
        keys.put(kv("/a", "other", 9, 0));
        keys.delete(kv("/a", "", 10, 0));
        assertThat(heard()).containsExactly("FOREIGN /a kept", "-/a []", "accepted /a");
    }

    @Test
    void anInactiveValueTakesTheInstanceOut() {
        keys.put(kv("s/a", "{\"Op\":0,\"Addr\":\"127.0.0.1:1\"}", 5, 0));
        keys.put(kv("s/a", "{\"Op\":1,\"Addr\":\"127.0.0.1:1\"}", 6, 0));
        assertThat(heard()).containsExactly("+s/a [s@127.0.0.1:1*1/0]", "-s/a []", "INACTIVE s/a");
    }

    @Test
    void aListReplacesEverythingInOneStep() {
        list(kv("/a", seed("a", 1), 5, 0), kv("/b", seed("b", 1), 6, 0));
        heard();
        keys.beginList();
        keys.list(kv("/b", seed("b", 1), 6, 0));
        keys.list(kv("/c", seed("c", 1), 7, 0));
        assertThat(heard()).isEmpty();
        keys.endList();
        assertThat(heard()).containsExactly("-/a []", "+/c [c@127.0.0.1:1*1/0]");
        // a list that was broken off leaves no trace
        keys.beginList();
        list(kv("/b", seed("b", 1), 6, 0), kv("/c", seed("c", 1), 7, 0));
        assertThat(heard()).isEmpty();
        assertThat(keys.registered()).isEqualTo(2);
    }

    @Test
    void theSameRevisionWithAnotherValueIsSeen() {
        list(kv("/a", seed("a", 1), 5, 0));
        heard();
        list(kv("/a", seed("a", 2), 5, 0));
        assertThat(heard()).containsExactly("-/a [a@127.0.0.1:2*1/0]");
    }

    @Test
    void leasesAreCountedByKey() {
        keys.put(kv("/a", seed("a", 1), 5, 9));
        assertThat(heard()).containsExactly("+/a [a@127.0.0.1:1*1/90]", "use 9");
        keys.put(kv("/a", seed("a", 1), 6, 8));
        // what the new lease's TTL is, is not known yet: most likely that of the old one
        assertThat(heard()).containsExactly("+/a [a@127.0.0.1:1*1/90]", "use 8 like 90", "disuse 9");
        keys.leaseTtl("/a", 8, 30);
        keys.leaseTtl("/a", 9, 31);
        assertThat(heard()).containsExactly("+/a [a@127.0.0.1:1*1/30]");
        keys.delete(kv("/a", "", 7, 0));
        assertThat(heard()).containsExactly("-/a []", "disuse 8");
    }

    /** As rpcx does every few seconds for each of its keys. */
    @Test
    void whatRegistersNothingAndIsWrittenAgainIsNoNews() {
        keys.put(kv("/rpcx/Arith/tcp@127.0.0.1:1", "calls=1", 5, 9));
        assertThat(heard()).containsExactly("INACTIVE /rpcx/Arith/tcp@127.0.0.1:1");
        keys.put(kv("/rpcx/Arith/tcp@127.0.0.1:1", "calls=2", 6, 9));
        keys.put(kv("/rpcx/Arith/tcp@127.0.0.1:1", "calls=2", 7, 9));
        assertThat(heard()).isEmpty();
        keys.delete(kv("/rpcx/Arith/tcp@127.0.0.1:1", "", 8, 0));
        assertThat(heard()).containsExactly("accepted /rpcx/Arith/tcp@127.0.0.1:1");
    }

    @Test
    void oneKeyWithSeveralAddressesLosesThemOneByOne() {
        keys.put(kv("/service/a/b/s/v/127.0.0.1:1,127.0.0.1:2", "{\"protocol\":\"grpc\"}", 5, 0));
        assertThat(heard())
                .containsExactly("+/service/a/b/s/v/127.0.0.1:1,127.0.0.1:2 [s@127.0.0.1:1*1/0, s@127.0.0.1:2*1/0]");
        String key = "/microservices/k/1";
        keys.put(kv(key, "{\"name\":\"k\",\"endpoints\":[\"grpc://a:1\",\"grpc://a:2\"]}", 6, 0));
        keys.put(kv(key, "{\"name\":\"k\",\"endpoints\":[\"grpc://a:2\"]}", 7, 0));
        keys.put(kv(key, "{\"name\":\"k\",\"endpoints\":[\"grpc://a:2\",\"grpc://a:3\"]}", 8, 0));
        keys.put(kv(key, "{\"name\":\"k\",\"endpoints\":[\"http://a:2\"]}", 9, 0));
        assertThat(heard())
                .containsExactly(
                        "+" + key + " [k@a:1*100/0, k@a:2*100/0]",
                        "-" + key + " [k@a:2*100/0]",
                        "+" + key + " [k@a:2*100/0, k@a:3*100/0]",
                        "-" + key + " []",
                        "INACTIVE " + key);
    }

    @Test
    void remembersABoundedNumberOfRefusals() {
        for (int i = 0; i < KeyMap.MAX_REFUSALS + 5; i++) {
            keys.put(kv("/x" + i, "foreign", i + 1, 0));
        }
        assertThat(heard()).hasSize(KeyMap.MAX_REFUSALS);
        keys.delete(kv("/x0", "", 99_999, 0));
        keys.put(kv("/y", "foreign", 100_000, 0));
        assertThat(heard()).containsExactly("accepted /x0", "FOREIGN /y");
        keys.put(kv("/a", seed("a", 1), 100_001, 0));
        assertThat(heard()).containsExactly("+/a [a@127.0.0.1:1*1/0]");
    }
}
