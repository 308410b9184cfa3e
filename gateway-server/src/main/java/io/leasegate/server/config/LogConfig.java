package io.leasegate.server.config;

/**
 * The application's log, written to the standard error.
 *
 * @param level the least severe level that is written
 * @param format its form
 */
public record LogConfig(Level level, LogFormat format) {

    /** From the most to the least severe. */
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }
}
