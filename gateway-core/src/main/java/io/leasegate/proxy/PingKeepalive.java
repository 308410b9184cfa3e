package io.leasegate.proxy;

import io.leasegate.h2.H2Connection;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks a silent instance for a sign of life on one connection. Whatever is read is one, so that a busy connection is never pinged.
 * Used on the connection's loop only.
 */
final class PingKeepalive {

    private final H2Connection h2;
    private final KeepaliveSettings settings;
    private final KeepalivePace pace;
    private final Runnable onSilence;
    private @Nullable Future<?> timer;
    private long pingedNanos;
    private boolean stopped;

    /** @param onSilence runs once when a PING was not answered in time */
    PingKeepalive(H2Connection h2, KeepaliveSettings settings, KeepalivePace pace, Runnable onSilence) {
        this.h2 = h2;
        this.settings = settings;
        this.pace = pace;
        this.onSilence = onSilence;
    }

    void start() {
        if (pace.intervalNanos() > 0) {
            later(this::look, pace.intervalNanos());
        }
    }

    void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void look() {
        long silentNanos = System.nanoTime() - h2.lastReadNanos();
        if (silentNanos < pace.intervalNanos()) {
            later(this::look, pace.intervalNanos() - silentNanos);
        } else if (h2.activeStreams() == 0 && !settings.withoutCalls()) {
            later(this::look, pace.intervalNanos());
        } else {
            pingedNanos = System.nanoTime();
            later(this::onTimeout, TimeUnit.MILLISECONDS.toNanos(settings.timeoutMillis()));
            h2.ping(this::onAnswer);
        }
    }

    private void onAnswer() {
        if (!stopped) {
            later(this::look, pace.intervalNanos());
        }
    }

    private void onTimeout() {
        if (h2.lastReadNanos() - pingedNanos >= 0) {
            // Something else came: the answer is behind it.
            pingedNanos = System.nanoTime();
            later(this::onTimeout, TimeUnit.MILLISECONDS.toNanos(settings.timeoutMillis()));
        } else {
            stopped = true;
            onSilence.run();
        }
    }

    private void later(Runnable task, long nanos) {
        if (timer != null) {
            timer.cancel(false);
        }
        timer = h2.eventLoop()
                .schedule(
                        () -> {
                            if (!stopped) {
                                task.run();
                            }
                        },
                        nanos,
                        TimeUnit.NANOSECONDS);
    }
}
