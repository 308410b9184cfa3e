package io.leasegate.server.config;

import java.time.Duration;

/** Durations as the configuration writes them, for other places where people write them. Stateless. */
public final class DurationText {

    private DurationText() {}

    /**
     * A duration above zero.
     *
     * @throws IllegalArgumentException when it is none; the message says what is expected
     */
    public static Duration parse(String text) {
        try {
            return Kind.PERIOD.parser().parse(text);
        } catch (Unexpected e) {
            throw new IllegalArgumentException("expected " + e.expected(), e);
        }
    }
}
