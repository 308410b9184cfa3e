package io.leasegate.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leasegate.server.logging.LogSettings.LogFormat;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

@Timeout(60)
class ApplicationLogTest {

    private static final Logger own = LoggerFactory.getLogger("io.leasegate.test.Own");
    private static final Logger foreign = LoggerFactory.getLogger("io.vertx.Foreign");

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @AfterEach
    void restore() {
        ApplicationLog.writeDirectly(
                (ch.qos.logback.classic.LoggerContext) LoggerFactory.getILoggerFactory(),
                LogSettings.DEFAULT,
                System.err);
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void withoutAnySetUpTheDefaultsHold() {
        // Found through META-INF/services: Logback's own default is DEBUG to the standard output.
        assertThat(own.isInfoEnabled()).isTrue();
        assertThat(own.isDebugEnabled()).isFalse();
        assertThat(foreign.isInfoEnabled()).isFalse();
        assertThat(foreign.isWarnEnabled()).isTrue();
    }

    @Test
    void levelsOfOursAndOfLibraries() {
        try (ApplicationLog log = ApplicationLog.start(new LogSettings(Level.DEBUG, LogFormat.TEXT), bytes)) {
            own.debug("own debug");
            own.trace("own trace");
            foreign.info("foreign info");
            foreign.warn("foreign warn");
            assertThat(log.dropped()).isZero();
        }
        assertThat(text()).contains("own debug", "foreign warn").doesNotContain("own trace", "foreign info");
        bytes.reset();
        try (ApplicationLog log = ApplicationLog.start(new LogSettings(Level.ERROR, LogFormat.TEXT), bytes)) {
            own.warn("own warn");
            foreign.warn("foreign warn");
            own.error("own error");
            assertThat(log.dropped()).isZero();
        }
        assertThat(text()).contains("own error").doesNotContain("warn");
    }

    @Test
    void textLines() {
        try (ApplicationLog log = ApplicationLog.start(LogSettings.DEFAULT, bytes)) {
            own.info("listening on {}", "127.0.0.1:8080");
            own.atWarn().addKeyValue("key", "a\nb").log("forged\r\n2026 ERROR line\u001b[0m \u00e9");
            own.error("failed", new IllegalStateException("why"));
            assertThat(log.dropped()).isZero();
        }
        List<String> lines = text().lines().toList();
        assertThat(lines.get(0))
                .matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  \\[.*] Own - listening on 127.0.0.1:8080");
        assertThat(lines.get(1)).endsWith("Own - forged\\u000d\\u000a2026 ERROR line\\u001b[0m \u00e9 key=a\\u000ab");
        assertThat(lines.get(2)).endsWith("Own - failed");
        assertThat(lines.get(3)).isEqualTo("java.lang.IllegalStateException: why");
        assertThat(lines.get(4)).startsWith("\tat io.leasegate.server.logging.ApplicationLogTest");
    }

    @Test
    void jsonLines() throws Exception {
        try (ApplicationLog log = ApplicationLog.start(new LogSettings(Level.INFO, LogFormat.JSON), bytes)) {
            own.atInfo().addKeyValue("endpoint", "http://a").log("a \"b\"\n\u00e9\ud800");
            own.error("failed", new IllegalStateException((String) null));
            assertThat(log.dropped()).isZero();
        }
        List<String> lines = text().lines().toList();
        assertThat(lines).hasSize(2);
        ObjectMapper mapper = new ObjectMapper();
        JsonNode first = mapper.readTree(lines.get(0));
        assertThat(first.path("time").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
        assertThat(first.path("level").asText()).isEqualTo("INFO");
        assertThat(first.path("logger").asText()).isEqualTo("io.leasegate.test.Own");
        assertThat(first.path("message").asText()).isEqualTo("a \"b\"\n\u00e9\ud800");
        assertThat(first.at("/fields/endpoint").asText()).isEqualTo("http://a");
        JsonNode second = mapper.readTree(lines.get(1));
        assertThat(second.at("/error/type").asText()).isEqualTo("java.lang.IllegalStateException");
        assertThat(second.at("/error/message").isNull()).isTrue();
        assertThat(second.at("/error/stack").asText()).contains("ApplicationLogTest");
    }

    @Test
    void aStalledTargetDropsAndCountsButBlocksNoCaller() throws Exception {
        CountDownLatch stalled = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        OutputStream slow = new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("one byte at a time");
            }

            @Override
            public void write(byte[] b, int offset, int length) {
                stalled.countDown();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                bytes.write(b, offset, length);
            }
        };
        try (ApplicationLog log = ApplicationLog.start(LogSettings.DEFAULT, slow)) {
            own.info("first");
            assertThat(stalled.await(10, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 10_000; i++) {
                own.info("flood {}", i);
            }
            long lost = log.dropped();
            assertThat(lost).isBetween(5_900L, 6_500L);
            own.warn("still room for a warning");
            assertThat(log.dropped()).isEqualTo(lost);
            gate.countDown();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!text().contains("still room")) {
                assertThat(System.nanoTime()).isLessThan(end);
                Thread.sleep(5);
            }
            own.info("after");
        }
        assertThat(text()).containsPattern("WARN .* \\d+ log events were lost").contains("Own - after");
        assertThat(text().indexOf("events were lost")).isLessThan(text().indexOf("Own - after"));
    }

    @Test
    void eventsAfterTheCloseAreWrittenAtOnce() {
        ApplicationLog log = ApplicationLog.start(LogSettings.DEFAULT, bytes);
        own.info("before");
        log.close();
        log.close();
        assertThat(text()).contains("before");
        own.info("last words");
        assertThat(text()).contains("last words");
    }

    @Test
    void javaUtilLoggingAndUncaughtExceptionsAreTaken() throws Exception {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        java.util.logging.Logger root = java.util.logging.Logger.getLogger("");
        java.util.logging.Handler[] handlers = root.getHandlers();
        java.util.logging.Level level = root.getLevel();
        java.io.PrintStream err = System.err;
        System.setErr(new java.io.PrintStream(bytes, true, StandardCharsets.UTF_8));
        try (ApplicationLog log = ApplicationLog.start(LogSettings.DEFAULT)) {
            java.util.logging.Logger jul = java.util.logging.Logger.getLogger("io.grpc.internal.X");
            jul.log(java.util.logging.Level.WARNING, "jul {0}", "warned");
            jul.info("jul info");
            Thread thread = new Thread(
                    () -> {
                        throw new IllegalStateException("nobody catches this");
                    },
                    "doomed");
            thread.start();
            thread.join();
            assertThat(log.dropped()).isZero();
        } finally {
            System.setErr(err);
            Thread.setDefaultUncaughtExceptionHandler(before);
            for (java.util.logging.Handler handler : root.getHandlers()) {
                root.removeHandler(handler);
            }
            for (java.util.logging.Handler handler : handlers) {
                root.addHandler(handler);
            }
            root.setLevel(level);
        }
        assertThat(text())
                .contains("WARN  ", "X - jul warned", "uncaught exception in thread doomed", "nobody catches this")
                .doesNotContain("jul info");
    }
}
