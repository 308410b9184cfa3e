package io.leasegate.server.logging;

import static java.util.Objects.requireNonNull;

import org.slf4j.event.Level;

/**
 * The application log.
 *
 * @param level the least severe level that the gateway's own classes write; libraries write WARN and ERROR at most
 * @param format the form of an event
 */
public record LogSettings(Level level, LogFormat format) {

    /** The form of an event. */
    public enum LogFormat {
        /** A line for people; a stack trace takes more lines. */
        TEXT,
        /** One JSON object per line. */
        JSON
    }

    /** What holds until the configuration is read. */
    public static final LogSettings DEFAULT = new LogSettings(Level.INFO, LogFormat.TEXT);

    public LogSettings {
        requireNonNull(level, "level");
        requireNonNull(format, "format");
    }
}
