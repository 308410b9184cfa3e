package io.leasegate.server.logging;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hands events to a thread that writes them, and never makes a caller wait, since callers are event loops too: when the queue is full
 * events are dropped, those below WARN as soon as it is nearly full. Dropped events are counted, and named in the log when there is
 * room again.
 */
final class DroppingAppender extends AsyncAppender {

    private static final int QUEUE_EVENTS = 4096;
    private static final int RESERVED_FOR_WARNINGS = QUEUE_EVENTS / 8;
    private static final int FLUSH_MILLIS = 3_000;

    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong unreported = new AtomicLong();

    DroppingAppender() {
        setQueueSize(QUEUE_EVENTS);
        setDiscardingThreshold(0);
        setNeverBlock(true);
        setMaxFlushTime(FLUSH_MILLIS);
    }

    @Override
    protected void append(ILoggingEvent event) {
        int room = getRemainingCapacity();
        if (room == 0 || (room < RESERVED_FOR_WARNINGS && !event.getLevel().isGreaterOrEqual(Level.WARN))) {
            dropped.incrementAndGet();
            unreported.incrementAndGet();
            return;
        }
        if (room > QUEUE_EVENTS / 2 && unreported.get() > 0) {
            long lost = unreported.getAndSet(0);
            if (lost > 0) {
                super.append(report(lost));
            }
        }
        super.append(event);
    }

    private LoggingEvent report(long lost) {
        Logger logger = ((LoggerContext) getContext()).getLogger(DroppingAppender.class);
        return new LoggingEvent(
                DroppingAppender.class.getName(),
                logger,
                Level.WARN,
                "{} log events were lost: the standard error takes them too slowly",
                null,
                new Object[] {lost});
    }

    /** Events that were lost. Any thread. */
    long dropped() {
        return dropped.get();
    }
}
