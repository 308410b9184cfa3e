package io.leasegate.discovery;

/**
 * A registry key that registers nothing by its present value, and why. Immutable.
 *
 * @param key the key
 * @param format the format that took the key for its own, empty when none did
 * @param kind the class of the reason, for counters
 * @param reason names the field, its value, and what was expected
 * @param modRevision the registry revision of the first value that was refused for this reason
 * @param previousKept whether what the key registered before is still in the table
 */
public record Refusal(String key, String format, Kind kind, String reason, long modRevision, boolean previousKept) {

    /** Classes of reasons. The names in lower case are what metrics show. */
    public enum Kind {
        /** No accepted format fits. */
        FOREIGN,
        /** A format fits, but the value breaks its rules. */
        MALFORMED,
        /** In order, but registers nothing: a placeholder, an instance out of rotation. */
        INACTIVE
    }

    /** Whether nothing but the revision differs. */
    boolean saysTheSameAs(Refusal other) {
        return key.equals(other.key)
                && format.equals(other.format)
                && kind == other.kind
                && reason.equals(other.reason)
                && previousKept == other.previousKept;
    }
}
