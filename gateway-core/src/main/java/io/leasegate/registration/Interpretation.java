package io.leasegate.registration;

/**
 * What an entry was taken for.
 *
 * @param format the name of the format that took it, empty when none did
 * @param result what that format made of it
 */
public record Interpretation(String format, ParseResult result) {

    /** The rule by which the format was chosen, in words; empty when none was. */
    public String rule() {
        if (result instanceof ParseResult.Registered r) {
            return r.evidence().rule();
        }
        if (result instanceof ParseResult.NotARegistration n) {
            return n.evidence().rule();
        }
        return result instanceof ParseResult.Malformed m ? m.evidence().rule() : "";
    }
}
