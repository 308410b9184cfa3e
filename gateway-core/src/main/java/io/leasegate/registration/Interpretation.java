package io.leasegate.registration;

import java.util.List;

/**
 * What an entry was taken for.
 *
 * @param format the name of the format that took it, empty when none did
 * @param result what that format made of it
 */
public record Interpretation(String format, ParseResult result) {

    /** The rule by which the format was chosen, in words; empty when none was. */
    public String rule() {
        Evidence evidence = result.evidence();
        return evidence == null ? "" : evidence.rule();
    }

    /** The instances that the entry registers. */
    public List<Registration> registrations() {
        return result instanceof ParseResult.Registered r ? r.registrations() : List.of();
    }

    /** What in the entry is odd but does no harm. */
    public List<String> notes() {
        return result instanceof ParseResult.Registered r ? r.notes() : List.of();
    }
}
