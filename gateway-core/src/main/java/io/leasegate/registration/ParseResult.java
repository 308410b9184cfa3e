package io.leasegate.registration;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link RegistrationFormat} makes of an entry. Immutable. */
public sealed interface ParseResult {

    /** What made the format take the entry for its own; null when it did not. */
    @Nullable
    Evidence evidence();

    /** Why the entry registers nothing; empty when it registers something. */
    String reason();

    /**
     * The entry registers these instances: one in most formats, never none.
     *
     * @param notes what in the entry is odd but does no harm, for people who look for mistakes
     */
    record Registered(List<Registration> registrations, Evidence evidence, List<String> notes) implements ParseResult {
        public Registered {
            registrations = List.copyOf(registrations);
            notes = List.copyOf(notes);
            if (registrations.isEmpty()) {
                throw new IllegalArgumentException("registrations: none (expected at least one)");
            }
        }

        @Override
        public String reason() {
            return "";
        }
    }

    /** The entry belongs to the format and is in order, but registers nothing here: a placeholder, or what does not speak gRPC. */
    record NotARegistration(String reason, Evidence evidence) implements ParseResult {}

    /** The entry is meant to be of the format, but is not usable; the reason names the field, its value, and what was expected. */
    record Malformed(String reason, Evidence evidence) implements ParseResult {}

    /** The entry is not of the format; the reason says what is missing. */
    record Foreign(String reason) implements ParseResult {
        @Override
        public @Nullable Evidence evidence() {
            return null;
        }
    }
}
