package io.leasegate.server.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leasegate.server.testkit.Allocation;
import io.leasegate.server.testkit.FakeCall;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AccessLogTest {

    @TempDir
    Path dir;

    private static AccessLogSettings settings(@Nullable Path file) {
        return AccessLogSettings.of(AccessLogFormat.TEXT, file);
    }

    private static FakeCall call(String id) {
        FakeCall call = new FakeCall();
        call.requestId = id;
        return call;
    }

    private static List<String> ids(String lines) {
        return lines.lines().map(l -> l.substring(l.indexOf(" id=") + 4)).toList();
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            Thread.sleep(5);
        }
    }

    /** Keeps what is written; can be made to block, to fail, or to take a little at a time. */
    private static final class Sink implements LogTarget {

        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final CountDownLatch blocked = new CountDownLatch(1);
        volatile @Nullable CountDownLatch gate;
        final AtomicInteger failures = new AtomicInteger();
        volatile int takesBytes = Integer.MAX_VALUE;
        volatile boolean closed;

        @Override
        public void write(ByteBuffer source) throws IOException {
            CountDownLatch closedGate = gate;
            if (closedGate != null) {
                blocked.countDown();
                try {
                    closedGate.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            int n = Math.min(takesBytes, source.remaining());
            for (int i = 0; i < n; i++) {
                bytes.write(source.get());
            }
            if (failures.getAndUpdate(f -> Math.max(0, f - 1)) > 0) {
                throw new IOException("disk full");
            }
        }

        @Override
        public void reopenIfMoved() {}

        @Override
        public void close() {
            closed = true;
        }

        @Override
        public String name() {
            return "sink";
        }

        String text() {
            return bytes.toString(StandardCharsets.US_ASCII);
        }
    }

    @Test
    void aLineIsInTheFileWithin200Milliseconds() throws Exception {
        Path file = dir.resolve("access.log");
        try (AccessLog log = new AccessLog(settings(file))) {
            log.onEnd(call("warm-up"));
            await("the first line", () -> lineCount(file) == 1);
            List<Long> millis = new ArrayList<>();
            for (int i = 2; i <= 8; i++) {
                int expected = i;
                long begun = System.nanoTime();
                log.onEnd(call("timed"));
                await("line " + i, () -> lineCount(file) == expected);
                millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
            }
            // The median, since a busy machine may hold any one of them up.
            assertThat(millis.stream().sorted().toList().get(3)).isLessThanOrEqualTo(200L);
        }
    }

    private static long lineCount(Path file) {
        try {
            return Files.readString(file).lines().count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void closeWritesEverythingAndEachLoopKeepsItsOrder() throws Exception {
        Sink sink = new Sink();
        AccessLog log = new AccessLog(settings(null), sink);
        int loops = 4;
        long callsPerLoop = 1500;
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < loops; t++) {
            int loop = t;
            Thread thread = new FastThreadLocalThread(() -> {
                for (int i = 0; i < callsPerLoop; i++) {
                    log.onEnd(call(loop + "-" + i));
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        log.close();
        log.close();
        assertThat(sink.closed).isTrue();
        assertThat(log.dropped()).isZero();
        assertThat(log.lines()).isEqualTo(loops * callsPerLoop);
        List<String> ids = ids(sink.text());
        assertThat(ids).hasSize((int) (loops * callsPerLoop));
        for (int t = 0; t < loops; t++) {
            String prefix = t + "-";
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < callsPerLoop; i++) {
                expected.add(prefix + i);
            }
            assertThat(ids.stream().filter(id -> id.startsWith(prefix)).toList())
                    .isEqualTo(expected);
        }
    }

    @Test
    void linesThatWrapAroundTheRingAndPartialWritesStayWhole() throws Exception {
        Sink sink = new Sink();
        sink.takesBytes = 777;
        AccessLog log = new AccessLog(new AccessLogSettings(AccessLogFormat.TEXT, null, 64 * 1024), sink);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            String id = "x".repeat(i % 300) + i;
            long drops = log.dropped();
            log.onEnd(call(id));
            if (log.dropped() == drops) {
                expected.add(id);
            } else {
                Thread.sleep(1);
            }
        }
        log.close();
        assertThat(ids(sink.text())).isEqualTo(expected);
        assertThat(expected).hasSizeGreaterThan(1000);
    }

    @Test
    void aStalledTargetDropsAndCountsButBlocksNoLoop() throws Exception {
        Sink sink = new Sink();
        CountDownLatch gate = new CountDownLatch(1);
        sink.gate = gate;
        AccessLog log = new AccessLog(new AccessLogSettings(AccessLogFormat.JSON, null, 64 * 1024), sink);
        log.onEnd(call("first"));
        assertThat(sink.blocked.await(10, TimeUnit.SECONDS)).isTrue();

        int calls = 10_000;
        for (int i = 0; i < calls; i++) {
            log.onEnd(call("n" + i));
        }
        long dropped = log.dropped();
        assertThat(dropped).isBetween((long) calls - 64 * 1024 / 300, (long) calls - 1);
        assertThat(log.lines() + dropped).isEqualTo(calls + 1);

        sink.gate = null;
        gate.countDown();
        await("room in the ring", () -> {
            long before = log.dropped();
            log.onEnd(call("after"));
            return log.dropped() == before;
        });
        log.close();
        assertThat(sink.text().lines().count()).isEqualTo(log.lines());
        assertThat(sink.text()).contains("\"requestId\":\"after\"");
    }

    @Test
    void closeGivesUpOnATargetThatNeverTakesTheRest() throws Exception {
        Sink sink = new Sink();
        CountDownLatch gate = new CountDownLatch(1);
        sink.gate = gate;
        AccessLog log = new AccessLog(settings(null), sink);
        log.onEnd(call("first"));
        long begun = System.nanoTime();
        log.close();
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(15));
        gate.countDown();
    }

    @Test
    void aFailedWriteLosesItsLinesCountedAndTheNextOneStartsAfresh() throws Exception {
        Sink sink = new Sink();
        sink.takesBytes = 40;
        sink.failures.set(1);
        AccessLog log = new AccessLog(settings(null), sink);
        log.onEnd(call("cut"));
        await("the loss", () -> log.dropped() == 1);
        sink.takesBytes = Integer.MAX_VALUE;
        log.onEnd(call("whole"));
        log.close();
        List<String> lines = sink.text().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).hasSize(40).startsWith("2026-01-02T");
        assertThat(lines.get(1)).startsWith("2026-01-02T").endsWith("id=whole");
    }

    @Test
    void aMovedOrRemovedFileIsOpenedAgain() throws Exception {
        Path file = dir.resolve("access.log");
        Path moved = dir.resolve("access.log.1");
        try (AccessLog log = new AccessLog(settings(file))) {
            log.onEnd(call("one"));
            await("the first line", () -> lineCount(file) == 1);
            Files.move(file, moved);
            await("a new file", () -> Files.exists(file));
            log.onEnd(call("two"));
            await("the second line", () -> lineCount(file) == 1);
            Files.delete(file);
            await("another new file", () -> Files.exists(file));
            log.onEnd(call("three"));
        }
        assertThat(ids(Files.readString(moved))).containsExactly("one");
        assertThat(ids(Files.readString(file))).containsExactly("three");
    }

    @Test
    void aFileTruncatedInPlaceGoesOnFromItsStart() throws Exception {
        Path file = dir.resolve("access.log");
        try (AccessLog log = new AccessLog(settings(file))) {
            log.onEnd(call("one"));
            await("the first line", () -> lineCount(file) == 1);
            Files.newByteChannel(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)
                    .close();
            log.onEnd(call("two"));
        }
        assertThat(ids(Files.readString(file))).containsExactly("two");
    }

    @Test
    void anExistingFileIsAppendedTo() throws Exception {
        Path file = Files.writeString(dir.resolve("access.log"), "old id=old\n");
        try (AccessLog log = new AccessLog(settings(file))) {
            log.onEnd(call("new"));
        }
        assertThat(ids(Files.readString(file))).containsExactly("old", "new");
    }

    @Test
    void aFileThatCannotBeOpenedIsNamed() {
        assertThatThrownBy(() -> new AccessLog(settings(dir.resolve("missing").resolve("access.log"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("missing")
                .hasMessageContaining("existing directory");
    }

    @Test
    void aCallMakesNoGarbage() throws Exception {
        Sink sink = new Sink();
        CountDownLatch gate = new CountDownLatch(1);
        try (AccessLog log = new AccessLog(settings(null), sink)) {
            FakeCall call = new FakeCall();
            assertThat(Allocation.bytesPerRun(5_000, () -> log.onEnd(call))).isLessThan(1.0);
            sink.gate = gate;
            assertThat(Allocation.bytesPerRun(5_000, () -> log.onEnd(call)))
                    .as("while lines are dropped")
                    .isLessThan(1.0);
            gate.countDown();
        }
    }
}
