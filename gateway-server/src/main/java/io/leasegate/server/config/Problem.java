package io.leasegate.server.config;

import java.util.Comparator;

/**
 * One thing that is wrong with a configuration file.
 *
 * @param message the key's path and what is wrong with it, or what is wrong with the file as a whole
 * @param place the file that it is in; empty when the message says it
 * @param line the line in that file, from 1; 0 when it is not known
 */
public record Problem(String message, String place, int line) {

    /** By file and line, those without a line last. */
    static final Comparator<Problem> BY_PLACE = Comparator.comparing((Problem p) -> p.line == 0)
            .thenComparing(Problem::place)
            .thenComparingInt(Problem::line)
            .thenComparing(Problem::message);

    /** The form that users see: {@code leasegate.admin.port: 70000 (expected 1-65535), gateway.conf: line 3}. */
    @Override
    public String toString() {
        String at = place.isEmpty() ? "" : ", " + place;
        return line > 0 ? message + at + ": line " + line : message + at;
    }
}
