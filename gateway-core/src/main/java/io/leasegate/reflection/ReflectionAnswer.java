package io.leasegate.reflection;

import java.util.List;

/**
 * What came of asking one instance.
 *
 * @param result in one word
 * @param services the names that it gave, as it gave them; empty unless it is {@link Result#LEARNED}
 * @param detail in words for an operator; empty when it is {@link Result#LEARNED}
 */
public record ReflectionAnswer(Result result, List<String> services, String detail) {

    /** How it went. */
    public enum Result {
        /** The instance said what it serves. */
        LEARNED,
        /** It does not serve reflection, in neither version. */
        UNIMPLEMENTED,
        /** It did not answer in time. */
        TIMEOUT,
        /** It answered with another status. */
        REFUSED,
        /** The answer is larger than it may be. */
        TOO_LARGE,
        /** The answer is no answer to that question. */
        MALFORMED,
        /** It could not be asked, or the connection or the stream was lost meanwhile. */
        LOST
    }

    public ReflectionAnswer {
        services = List.copyOf(services);
    }

    static ReflectionAnswer learned(List<String> services) {
        return new ReflectionAnswer(Result.LEARNED, services, "");
    }

    static ReflectionAnswer failed(Result result, String detail) {
        return new ReflectionAnswer(result, List.of(), detail);
    }
}
