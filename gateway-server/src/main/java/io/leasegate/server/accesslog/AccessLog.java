package io.leasegate.server.accesslog;

import io.leasegate.proxy.AccessRecord;
import io.leasegate.proxy.CallObserver;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line per call without holding up an event loop: the loop formats the line into an array of its own and copies it into
 * its ring; one writer thread empties all rings. When the writer falls behind, new lines are dropped and counted. Lines are on their
 * way to the target within 100 ms.
 *
 * <pre>
 *   event loop 1:  call -> Line -> LineRing --+
 *   event loop 2:  call -> Line -> LineRing --+--> AccessLogWriter -> LogTarget
 * </pre>
 *
 * <p>Lines of one loop keep their order; between loops there is none.
 */
public final class AccessLog implements CallObserver, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AccessLog.class);

    private static final long CLOSE_MILLIS = 5_000;
    private static final long WARN_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** What one event loop has. */
    private static final class Loop {

        final Line line = new Line();
        final LineRing ring;

        Loop(LineRing ring) {
            this.ring = ring;
        }
    }

    private final LineFormat format;
    private final LogTarget target;
    private final List<LineRing> rings = new CopyOnWriteArrayList<>();
    private final AccessLogWriter writer;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicLong nextWarning = new AtomicLong(System.nanoTime());
    private final FastThreadLocal<Loop> loops;

    /**
     * Opens the target and starts the writer.
     *
     * @throws IOException when the file cannot be opened; the message names it
     */
    public AccessLog(AccessLogSettings settings) throws IOException {
        this(settings, LogTarget.open(settings.file()));
    }

    AccessLog(AccessLogSettings settings, LogTarget target) {
        this.format = LineFormat.of(settings.format());
        this.target = target;
        this.loops = new FastThreadLocal<>() {
            @Override
            protected Loop initialValue() {
                LineRing ring = new LineRing(settings.bufferBytes());
                rings.add(ring);
                return new Loop(ring);
            }
        };
        this.writer = new AccessLogWriter(target, rings);
        writer.start();
    }

    @Override
    public void onEnd(AccessRecord call) {
        Loop loop = loops.get();
        Line line = loop.line;
        line.clear();
        format.write(call, line);
        if (!loop.ring.offer(line.bytes(), line.length())) {
            warnOfDrops();
        }
        if (loop.ring.isHalfFull()) {
            writer.wake();
        }
    }

    /** Said here and not by the writer, which may be stuck in a write. */
    private void warnOfDrops() {
        long now = System.nanoTime();
        long next = nextWarning.get();
        if (now - next >= 0 && nextWarning.compareAndSet(next, now + WARN_INTERVAL_NANOS)) {
            log.warn(
                    "access log: lines are dropped, {} so far: {} takes them more slowly than calls end; give it a faster"
                            + " target or turn the access log off",
                    dropped(),
                    target.name());
        }
    }

    /** Lines that were lost because the writer fell behind or could not write. Any thread. */
    public long dropped() {
        long sum = writer.lost();
        for (LineRing ring : rings) {
            sum += ring.dropped();
        }
        return sum;
    }

    /** Lines that were handed to the writer, the lost ones among them. Any thread. */
    public long lines() {
        long sum = 0;
        for (LineRing ring : rings) {
            sum += ring.lines();
        }
        return sum;
    }

    /**
     * Writes what is waiting and closes the target; waits 5 s at most for a target that does not take it. Calls that end later leave
     * no line, so the event loops should be at rest.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (!writer.finish(CLOSE_MILLIS)) {
            log.warn("access log: {} did not take the last lines within {} ms", target.name(), CLOSE_MILLIS);
        }
    }
}
