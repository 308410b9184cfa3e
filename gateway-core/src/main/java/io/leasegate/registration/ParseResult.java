package io.leasegate.registration;

import java.util.List;

/** What a {@link RegistrationFormat} makes of an entry. Immutable. */
public sealed interface ParseResult {

    /** The entry registers these instances: one in most formats, never none. */
    record Registered(List<Registration> registrations, Evidence evidence) implements ParseResult {
        public Registered {
            registrations = List.copyOf(registrations);
            if (registrations.isEmpty()) {
                throw new IllegalArgumentException("registrations: none (expected at least one)");
            }
        }
    }

    /** The entry belongs to the format and is in order, but registers nothing: a placeholder, an instance out of rotation. */
    record NotARegistration(String reason, Evidence evidence) implements ParseResult {}

    /** The entry is meant to be of the format, but is not usable; the reason names the field, its value, and what was expected. */
    record Malformed(String reason, Evidence evidence) implements ParseResult {}

    /** The entry is not of the format; the reason says what is missing. */
    record Foreign(String reason) implements ParseResult {}
}
