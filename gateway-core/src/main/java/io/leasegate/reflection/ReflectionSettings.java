package io.leasegate.reflection;

/**
 * Whether and how the instances of a service are asked what they serve.
 *
 * @param enabled whether they are asked
 * @param timeoutMillis how long an answer may take
 */
public record ReflectionSettings(boolean enabled, long timeoutMillis) {

    /** What holds where nothing is configured. */
    public static final ReflectionSettings DEFAULT = new ReflectionSettings(true, 2_000);
}
