package io.leasegate.registration;

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
}
