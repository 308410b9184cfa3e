package io.leasegate.registration;

import java.util.List;

/**
 * One way in which instances register themselves under a key: the SPI of registration formats. A format is one class and one line in
 * {@link RegistrationFormats}.
 *
 * <p>Implementations are stateless, safe from any thread, do no I/O and never throw for what an entry holds.
 */
public interface RegistrationFormat {

    /** The name in configuration and output, in kebab case. */
    String name();

    /** What the entry is in this format. */
    ParseResult parse(RegistryEntry entry);

    /** The names of the fields that the format looks for in a value, for guesses at what an unknown value was meant to be. */
    default List<String> fields() {
        return List.of();
    }

    /** Whether the format can tell its entries from others. One that cannot is accepted only where it is named. */
    default boolean isRecognisable() {
        return true;
    }
}
