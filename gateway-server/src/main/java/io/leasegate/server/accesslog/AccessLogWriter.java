package io.leasegate.server.accesslog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that empties the rings into the target, every 100 ms or as soon as one is half full. It may block in a write; nothing
 * waits for it but {@link #finish}.
 */
final class AccessLogWriter {

    private static final Logger log = LoggerFactory.getLogger(AccessLogWriter.class);

    private static final int BATCH_BYTES = 256 * 1024;
    private static final long FLUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long WARN_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** A target that takes nothing without failing, such as a full pipe in non-blocking mode, is asked again after this. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final LogTarget target;
    private final List<LineRing> rings;
    private final Thread thread = new Thread(this::run, "leasegate-access-log");
    private final ByteBuffer batch = ByteBuffer.allocateDirect(BATCH_BYTES);
    private final AtomicBoolean awake = new AtomicBoolean();
    private final AtomicLong lost = new AtomicLong();
    private volatile boolean finishing;

    /** A failed write left a part of a line in the target. */
    private boolean lineCut;

    private long nextLook = System.nanoTime() + LOOK_NANOS;
    private long nextWarning = System.nanoTime();

    AccessLogWriter(LogTarget target, List<LineRing> rings) {
        this.target = target;
        this.rings = rings;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Asks for the rings to be emptied soon. Any thread. */
    void wake() {
        if (!awake.get() && awake.compareAndSet(false, true)) {
            LockSupport.unpark(thread);
        }
    }

    /** Empties the rings and ends; false when that took longer than the given time. */
    boolean finish(long timeoutMillis) {
        finishing = true;
        LockSupport.unpark(thread);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        boolean interrupted = false;
        while (thread.isAlive() && System.nanoTime() - end < 0) {
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    /** Lines that were taken from a ring and could not be written. */
    long lost() {
        return lost.get();
    }

    private void run() {
        while (true) {
            // In this order: lines that were there before the flag was set are in this round.
            boolean last = finishing;
            awake.set(false);
            lookForMove();
            empty();
            if (last) {
                break;
            }
            LockSupport.parkNanos(FLUSH_NANOS);
        }
        try {
            target.close();
        } catch (IOException e) {
            warn(e);
        }
    }

    private void lookForMove() {
        long now = System.nanoTime();
        if (now - nextLook < 0) {
            return;
        }
        nextLook = now + LOOK_NANOS;
        try {
            target.reopenIfMoved();
        } catch (IOException e) {
            warn(e);
        }
    }

    private void empty() {
        for (LineRing ring : rings) {
            // Up to here and no further: the other loops have their turn, and the ring is left at the end of a line.
            long end = ring.end();
            while (!ring.moveTo(batch, end)) {
                writeLines();
            }
        }
        writeLines();
    }

    /** Writes the whole lines of the batch and keeps the part of one behind them. */
    private void writeLines() {
        int filled = batch.position();
        int end = filled;
        while (end > 0 && batch.get(end - 1) != '\n') {
            end--;
        }
        batch.position(0).limit(end);
        try {
            if (lineCut && end > 0) {
                write(ByteBuffer.wrap(new byte[] {'\n'}));
                lineCut = false;
            }
            write(batch);
        } catch (IOException e) {
            // Not tried again: the same failure would stop the lines to come as well, and memory is bounded.
            int stopped = batch.position();
            lineCut |= stopped > 0 && batch.get(stopped - 1) != '\n';
            countLost(stopped, end);
            warn(e);
        }
        batch.limit(filled).position(end);
        batch.compact();
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            int before = bytes.remaining();
            target.write(bytes);
            if (bytes.remaining() == before) {
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private void countLost(int from, int to) {
        long n = 0;
        for (int i = from; i < to; i++) {
            if (batch.get(i) == '\n') {
                n++;
            }
        }
        lost.addAndGet(n);
    }

    private void warn(IOException e) {
        long now = System.nanoTime();
        if (now - nextWarning >= 0) {
            nextWarning = now + WARN_NANOS;
            log.warn(
                    "access log: {} cannot be written, {} lines lost so far: {}",
                    target.name(),
                    lost.get(),
                    e.toString());
        }
    }
}
