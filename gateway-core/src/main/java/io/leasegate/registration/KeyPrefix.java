package io.leasegate.registration;

/**
 * A part of the key space, and how what is in it is read. Immutable.
 *
 * @param text what its keys begin with, byte for byte; the empty text is the whole key space
 * @param format the one format that its keys have, {@value RegistrationFormats#AUTO} for any, empty for the formats that are accepted
 *     where nothing else is said
 * @param service the service that its keys register, empty for what they say themselves
 */
public record KeyPrefix(String text, String format, String service) {

    public KeyPrefix {
        if (!format.isEmpty()
                && !format.equals(RegistrationFormats.AUTO)
                && !RegistrationFormats.known().contains(format)) {
            throw new IllegalArgumentException("format: " + format + " (expected " + RegistrationFormats.AUTO
                    + " or one of " + RegistrationFormats.known() + ")");
        }
        if (!service.isEmpty()) {
            try {
                Fields.service("service", service);
            } catch (MalformedException e) {
                throw new IllegalArgumentException(e.reason(), e);
            }
        }
    }

    /** A prefix of which nothing is known. */
    public static KeyPrefix of(String text) {
        return new KeyPrefix(text, "", "");
    }

    /** Whether nothing is said of the prefix, so that another one that contains it makes it needless. */
    public boolean isPlain() {
        return format.isEmpty() && service.isEmpty();
    }
}
