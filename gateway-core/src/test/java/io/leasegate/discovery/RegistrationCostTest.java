package io.leasegate.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import io.etcd.jetcd.api.KeyValue;
import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.endpoint.Instance;
import io.leasegate.registration.RegistrationFormats;
import io.leasegate.registration.RegistryEntry;
import io.leasegate.routing.RouteTableBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a registration costs: bytes allocated to read it, bytes held for it. Times are logged, and checked nowhere. */
class RegistrationCostTest {

    private static final Logger LOG = LoggerFactory.getLogger(RegistrationCostTest.class);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int KEYS = 10_000;

    private static final Map<String, String> SAMPLES = new TreeMap<>(Map.ofEntries(
            Map.entry("seed", "with-version"),
            Map.entry("etcd-naming", "plain"),
            Map.entry("kratos", "plain"),
            Map.entry("kitex", "plain"),
            Map.entry("go-micro", "plain"),
            Map.entry("dubbo-interface", "java"),
            Map.entry("dubbo-application", "java"),
            Map.entry("jupiter", "plain"),
            Map.entry("liyue201-grpc-lb", "plain"),
            Map.entry("skydns", "plain"),
            Map.entry("goframe", "plain"),
            Map.entry("go-zero", "lease-id"),
            Map.entry("rpcx", "plain"),
            Map.entry("traefik", "url")));

    @Test
    void readingARegistrationAllocatesLittle() throws IOException {
        for (Map.Entry<String, String> sample : SAMPLES.entrySet()) {
            JsonNode golden = golden(sample.getKey(), sample.getValue());
            String key = golden.get("key").textValue();
            byte[] value = golden.get("value").textValue().getBytes(StandardCharsets.UTF_8);
            RegistrationFormats formats = RegistrationFormats.auto();
            long least = Long.MAX_VALUE;
            long nanos = Long.MAX_VALUE;
            for (int round = 0; round < 6; round++) {
                int runs = 2_000;
                long before = THREADS.getCurrentThreadAllocatedBytes();
                long begin = System.nanoTime();
                for (int i = 0; i < runs; i++) {
                    formats.interpret(new RegistryEntry(key, value));
                }
                nanos = Math.min(nanos, (System.nanoTime() - begin) / runs);
                least = Math.min(least, (THREADS.getCurrentThreadAllocatedBytes() - before) / runs);
            }
            LOG.info("{}: {} bytes of value, {} bytes allocated, {} ns", sample.getKey(), value.length, least, nanos);
            assertThat(least).as(sample.getKey()).isLessThan(12_000);
        }
    }

    @Test
    void anInstanceIsHeldInABoundedNumberOfBytes() {
        long typical = held(n -> kv(
                "/hello/1.0.0/10.0." + n / 250 + "." + n % 250 + ":8080",
                "{\"name\":\"hello" + n / 10 + "\",\"addr\":\"10.0." + n / 250 + "." + n % 250
                        + ":8080\",\"version\":\"1.0.0\",\"weight\":1}",
                n));
        long rich = held(n -> kv(
                "/micro/registry/greeter/greeter-" + n,
                "{\"name\":\"greeter" + n / 10
                        + "\",\"version\":\"latest\",\"endpoints\":[{\"name\":\"Greeter.Hello\",\"request\":"
                        + "{\"name\":\"Request\",\"values\":[{\"name\":\"name\",\"type\":\"string\"}]}}],\"nodes\":[{\"metadata\":"
                        + "{\"broker\":\"http\",\"protocol\":\"grpc\",\"registry\":\"etcd\",\"server\":\"grpc\",\"transport\":\"grpc\"},"
                        + "\"id\":\"greeter-" + n + "\",\"address\":\"10.0." + n / 250 + "." + n % 250 + ":8080\"}]}",
                n));
        long foreign = held(n -> kv("/config/some/other/thing/" + n, "{\"a\":1,\"b\":\"" + n + "\"}", n));
        LOG.info(
                "bytes held: {} per seed instance, {} per go-micro instance, {} per foreign key",
                typical,
                rich,
                foreign);
        assertThat(typical).isLessThan(4_000);
        assertThat(rich).isLessThan(5_000);
        assertThat(foreign).isLessThan(2_000);
    }

    @Test
    void theLargestInstanceIsBoundedToo() {
        StringBuilder metadata = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            metadata.append(i == 0 ? "" : ",")
                    .append("\"k")
                    .append(i)
                    .append("\":\"")
                    .append("\u20ac".repeat(1_000))
                    .append('"');
        }
        String value = "{\"name\":\"hello\",\"addr\":\"ADDR\",\"metadata\":{" + metadata + "}}";
        long held = held(
                300, n -> kv("/hello/" + n, value.replace("ADDR", "10.0." + n / 250 + "." + n % 250 + ":8080"), n));
        LOG.info("bytes held: {} per instance whose value has {} characters", held, value.length());
        // 16384 characters of two bytes, and what is around them
        assertThat(held).isLessThan(48_000);
    }

    private static long held(IntFunction<KeyValue> keys) {
        return held(KEYS, keys);
    }

    /** Bytes on the heap per key, for the key map and the table together. */
    private static long held(int count, IntFunction<KeyValue> keys) {
        RouteTableBuilder builder = new RouteTableBuilder(name -> new RoundRobinLoadBalancer(), List.of(), "etcd");
        KeyMap map = new KeyMap(RegistrationFormats.auto(), lease -> 10, new ToBuilder(builder));
        long before = heap();
        try {
            map.beginList();
            for (int n = 0; n < count; n++) {
                map.list(keys.apply(n));
            }
            map.endList();
            builder.build(1);
            return (heap() - before) / count;
        } finally {
            Reference.reachabilityFence(map);
            Reference.reachabilityFence(builder);
        }
    }

    private static long heap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    /** What discovery does with what the key map tells, as far as memory goes. */
    private record ToBuilder(RouteTableBuilder builder) implements KeyMap.Listener {

        @Override
        public void onChange(String key, List<Instance> before, List<Instance> instances, boolean removesAddress) {
            builder.set(key, instances);
        }

        @Override
        public void onLeaseUsed(String key, long leaseId, long likelySeconds) {}

        @Override
        public void onLeaseUnused(String key, long leaseId) {}

        @Override
        public void onRefusal(String key, @Nullable Refusal refusal) {}
    }

    private static KeyValue kv(String key, String value, int n) {
        return KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .setModRevision(n + 1L)
                .setLease(n + 1L)
                .build();
    }

    private static JsonNode golden(String format, String name) throws IOException {
        try (InputStream in =
                RegistrationCostTest.class.getResourceAsStream("/registration/" + format + "/" + name + ".json")) {
            return new ObjectMapper().readTree(in);
        }
    }
}
