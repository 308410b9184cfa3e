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
        /** The names of the value's fields. */
        FIELDS,
        /** The layout of the key, and a value that agrees with it. */
        LAYOUT,
        /** The look of the key alone: enough for a good reason to refuse, never enough to register. */
        KEY
    }

    /** The names of the value's fields decided. */
    public static Evidence fields(String rule) {
        return new Evidence(Kind.FIELDS, rule);
    }

    /** The layout of the key decided, and the value agrees. */
    public static Evidence layout(String rule) {
        return new Evidence(Kind.LAYOUT, rule);
    }

    /** The look of the key decided; the value is not what it should be. */
    public static Evidence key(String rule) {
        return new Evidence(Kind.KEY, rule);
    }
}
