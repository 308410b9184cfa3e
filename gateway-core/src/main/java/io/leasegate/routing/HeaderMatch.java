package io.leasegate.routing;

import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/** A condition on one request header; the name is in lower case. */
public sealed interface HeaderMatch {

    String name();

    /** Whether the header's value, or its absence (null), fulfils the condition. */
    boolean test(@Nullable CharSequence value);

    /** The whole value is this text. */
    record Exact(String name, String value) implements HeaderMatch {
        @Override
        public boolean test(@Nullable CharSequence actual) {
            return actual != null && value.contentEquals(actual);
        }
    }

    /** The value begins with this text. */
    record Prefix(String name, String prefix) implements HeaderMatch {
        @Override
        public boolean test(@Nullable CharSequence actual) {
            return actual != null && RouteMatch.startsWith(actual, prefix);
        }
    }

    /** The whole value matches the expression (RE2 syntax: linear in the length of the value). */
    record Regex(String name, Pattern pattern) implements HeaderMatch {
        @Override
        public boolean test(@Nullable CharSequence actual) {
            return actual != null && pattern.matches(actual.toString());
        }
    }

    /** The header is there, or is not. */
    record Present(String name, boolean expected) implements HeaderMatch {
        @Override
        public boolean test(@Nullable CharSequence actual) {
            return (actual != null) == expected;
        }
    }
}
