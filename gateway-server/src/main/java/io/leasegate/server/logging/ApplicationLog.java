package io.leasegate.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/**
 * The application log of a running gateway: to the standard error, by a thread of its own, so that no event loop waits for it. One
 * per process; start and close from the main thread.
 */
public final class ApplicationLog implements AutoCloseable {

    private static final String OWN = "io.leasegate";

    private final LoggerContext context;
    private final LogSettings settings;
    private final OutputStream target;
    private final DroppingAppender appender;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ApplicationLog(LoggerContext context, LogSettings settings, OutputStream target) {
        this.context = context;
        this.settings = settings;
        this.target = target;
        this.appender = new DroppingAppender();
        setLevels(context, settings);
        appender.setContext(context);
        appender.setName("async");
        appender.addAppender(direct(context, settings, target));
        appender.start();
        replaceAppender(context, appender);
    }

    /**
     * Starts the log: sets the levels, takes over {@code java.util.logging}, and logs exceptions that no one caught.
     *
     * @throws IllegalStateException when another backend than Logback is bound to SLF4J
     */
    public static ApplicationLog start(LogSettings settings) {
        ApplicationLog log = start(settings, System.err);
        JulForwarder.install(
                settings.level() == org.slf4j.event.Level.ERROR
                        ? java.util.logging.Level.SEVERE
                        : java.util.logging.Level.WARNING);
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> LoggerFactory.getLogger(ApplicationLog.class)
                .error("uncaught exception in thread {}", thread.getName(), error));
        return log;
    }

    static ApplicationLog start(LogSettings settings, OutputStream target) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            throw new IllegalStateException("SLF4J is bound to "
                    + LoggerFactory.getILoggerFactory().getClass().getName()
                    + " (expected Logback; is there a second backend on the class path?)");
        }
        return new ApplicationLog(context, settings, target);
    }

    /** Events that were lost because the standard error took them too slowly. Any thread. */
    public long dropped() {
        return appender.dropped();
    }

    /**
     * Writes what is waiting, for 3 s at most. Events that come later are written before the call that brings them returns, so that
     * the last words of a process are not lost.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            writeDirectly(context, settings, target);
            appender.stop();
        }
    }

    static void writeDirectly(LoggerContext context, LogSettings settings, OutputStream target) {
        setLevels(context, settings);
        replaceAppender(context, direct(context, settings, target));
    }

    private static void setLevels(LoggerContext context, LogSettings settings) {
        Level own = Level.convertAnSLF4JLevel(settings.level());
        root(context).setLevel(own.isGreaterOrEqual(Level.WARN) ? own : Level.WARN);
        context.getLogger(OWN).setLevel(own);
    }

    /** Detaches first and stops never: whoever is in the middle of an event still gets it written. */
    private static void replaceAppender(LoggerContext context, Appender<ILoggingEvent> next) {
        Logger root = root(context);
        var before = root.iteratorForAppenders();
        root.addAppender(next);
        while (before.hasNext()) {
            Appender<ILoggingEvent> old = before.next();
            if (old != next) {
                root.detachAppender(old);
            }
        }
    }

    private static Appender<ILoggingEvent> direct(LoggerContext context, LogSettings settings, OutputStream target) {
        Encoder<ILoggingEvent> encoder = switch (settings.format()) {
            case TEXT -> new TextEncoder();
            case JSON -> new JsonEncoder();
        };
        encoder.setContext(context);
        encoder.start();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setName("direct");
        appender.setEncoder(encoder);
        // Stopping the appender must not close the standard error.
        appender.setOutputStream(new Unclosed(target));
        appender.start();
        return appender;
    }

    private static Logger root(LoggerContext context) {
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
