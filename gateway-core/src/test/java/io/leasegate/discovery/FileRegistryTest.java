package io.leasegate.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.RoundRobinLoadBalancer;
import io.leasegate.discovery.StaticSettings.StaticInstance;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointListener;
import io.leasegate.testkit.Pause;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The table follows the file, through everything that may be wrong with it. Lines of the file: {@code SERVICE ADDRESS WEIGHT}. */
@Timeout(60)
class FileRegistryTest {

    @TempDir
    private Path directory = Path.of("");

    private final List<String> reads = new CopyOnWriteArrayList<>();
    private final List<String> endpoints = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private Discovery discovery;

    private static StaticSettings parse(byte[] content) throws IOException {
        Map<String, List<StaticInstance>> services = new HashMap<>();
        for (String line : new String(content, StandardCharsets.UTF_8).lines().toList()) {
            String[] words = line.split(" ", -1);
            if (words.length != 3) {
                throw new IOException("\"" + line + "\" (expected SERVICE ADDRESS WEIGHT)");
            }
            StaticInstance instance = new StaticInstance(words[1], Long.parseLong(words[2]), "", Map.of());
            services.merge(
                    words[0],
                    List.of(instance),
                    (a, b) -> Stream.concat(a.stream(), b.stream()).toList());
        }
        return new StaticSettings(services);
    }

    private Path file() {
        return directory.resolve("file");
    }

    private void write(String... lines) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), String.join("\n", lines));
        Files.move(
                next,
                file(),
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private void follow(StaticInstance... statics) {
        StaticSettings listed = statics.length == 0 ? null : new StaticSettings(Map.of("echo", List.of(statics)));
        discovery = new Discovery(
                new DiscoverySettings(null, new FileSettings(file(), 10, FileRegistryTest::parse), null, listed),
                name -> new RoundRobinLoadBalancer(),
                List.of(),
                new DiscoveryListener() {
                    @Override
                    public void onSourceRead(String source, SourceRead result) {
                        reads.add(source + " " + result);
                    }
                });
        discovery.listen(new EndpointListener() {
            @Override
            public void onAdded(Endpoint e) {
                endpoints.add("+" + e.id());
            }

            @Override
            public void onRemoved(Endpoint e, long newsNanos) {
                endpoints.add("-" + e.id());
            }
        });
        discovery.start();
    }

    @AfterEach
    void close() {
        discovery.close();
    }

    private String table() {
        TreeSet<String> lines = new TreeSet<>();
        discovery
                .tables()
                .get()
                .clusters()
                .forEach(c -> c.endpoints()
                        .forEach(e -> lines.add(e.id() + " " + e.instance().weight() + " "
                                + e.instance().format())));
        return String.join(", ", lines);
    }

    private void expectTable(String expected) {
        Pause.until(Duration.ofSeconds(20), () -> table() + ", expected " + expected, () -> table().equals(expected));
    }

    /** What is told comes behind what can be seen. */
    private static void expectHeard(List<String> heard, String last, int count) {
        Pause.until(Duration.ofSeconds(20), () -> heard + ", expected " + last, () -> heard.size() >= count);
        assertThat(heard).endsWith(last).hasSize(count);
    }

    private void expectError(String part) {
        Pause.until(
                Duration.ofSeconds(20),
                () -> discovery.status() + ", expected " + part,
                () -> discovery.status("file").error().contains(part));
    }

    @Test
    void theTableFollowsTheFileAndOnlyWhatChangedIsTouched() throws Exception {
        write("echo 127.0.0.1:1 1", "echo 127.0.0.1:2 1", "chat 127.0.0.1:3 1");
        follow();
        assertThat(discovery.awaitFirstSnapshot(Duration.ofSeconds(20))).isTrue();
        expectTable("chat@127.0.0.1:3 1 file, echo@127.0.0.1:1 1 file, echo@127.0.0.1:2 1 file");
        assertThat(discovery.tables().get().source()).isEqualTo("file");
        Endpoint kept = discovery.tables().get().find("echo", "127.0.0.1:1");
        long version = discovery.tables().get().version();

        write("echo 127.0.0.1:1 5", "chat");
        expectError("\"chat\" (expected SERVICE ADDRESS WEIGHT)");
        assertThat(discovery.tables().get().version()).isEqualTo(version);
        assertThat(discovery.status("file").synced()).isTrue();
        assertThat(discovery.status("file").connected()).isFalse();

        write("echo 127.0.0.1:1 5", "chat 127.0.0.1:3 1");
        expectTable("chat@127.0.0.1:3 1 file, echo@127.0.0.1:1 5 file");
        assertThat(discovery.status("file").connected()).isTrue();
        assertThat(discovery.status("file").error()).isEmpty();
        assertThat(discovery.status("file").keys()).isEqualTo(2);
        assertThat(discovery.tables().get().find("echo", "127.0.0.1:1")).isSameAs(kept);
        expectHeard(endpoints, "-echo@127.0.0.1:2", 4);

        Files.delete(file());
        expectError("file: no such file");
        expectTable("chat@127.0.0.1:3 1 file, echo@127.0.0.1:1 5 file");
        expectHeard(reads, "file FAILED", 4);
        assertThat(reads).containsExactly("file OK", "file FAILED", "file OK", "file FAILED");
    }

    @Test
    void withoutAFileItIsNotReadyAndSaysWhyUntilThereIsOne() throws Exception {
        follow();
        expectError("no such file");
        assertThat(discovery.ready()).isFalse();
        assertThat(discovery.status("file").synced()).isFalse();
        write("nonsense");
        expectError("nonsense");
        assertThat(discovery.ready()).isFalse();
        write("echo 127.0.0.1:1 1");
        assertThat(discovery.awaitFirstSnapshot(Duration.ofSeconds(20))).isTrue();
        expectTable("echo@127.0.0.1:1 1 file");
    }

    @Test
    void theFilesWordCountsMoreThanTheConfigurations() throws Exception {
        write("echo 127.0.0.1:1 7");
        follow(new StaticInstance("127.0.0.1:1", 3, "", Map.of()), new StaticInstance("127.0.0.1:2", 3, "", Map.of()));
        expectTable("echo@127.0.0.1:1 7 file, echo@127.0.0.1:2 3 static");
        assertThat(discovery.tables().get().source()).isEqualTo("file+static");
        write("chat 127.0.0.1:1 7");
        expectTable("chat@127.0.0.1:1 7 file, echo@127.0.0.1:1 3 static, echo@127.0.0.1:2 3 static");
        assertThat(endpoints).as("the instance stays").noneMatch(e -> e.startsWith("-"));
    }
}
