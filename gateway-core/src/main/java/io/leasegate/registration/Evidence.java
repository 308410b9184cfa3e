package io.leasegate.registration;

/**
 * Why a format takes an entry for its own.
 *
 * @param kind what the rule looked at
 * @param rule the rule in words, as the {@code registrations} command prints it
 */
public record Evidence(Kind kind, String rule) {

    /** Earlier kinds are stronger: layouts of keys collide between formats, field names hardly do. */
    public enum Kind {
        FIELDS,
        KEY
    }

    /** The names of the value's fields decided. */
    public static Evidence fields(String rule) {
        return new Evidence(Kind.FIELDS, rule);
    }

    /** The layout of the key decided. */
    public static Evidence key(String rule) {
        return new Evidence(Kind.KEY, rule);
    }
}
