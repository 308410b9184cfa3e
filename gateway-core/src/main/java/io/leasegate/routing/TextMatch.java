package io.leasegate.routing;

import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/** A condition on a text of a request that may be absent, such as a header's value. */
public sealed interface TextMatch {

    /** Whether the text, or its absence (null), fulfils the condition. */
    boolean test(@Nullable CharSequence text);

    /** The whole text is this one. */
    record Exact(String value) implements TextMatch {
        @Override
        public boolean test(@Nullable CharSequence text) {
            return text != null && value.contentEquals(text);
        }
    }

    /** The text begins with this one. */
    record Prefix(String prefix) implements TextMatch {
        @Override
        public boolean test(@Nullable CharSequence text) {
            return text != null && RouteMatch.startsWith(text, prefix);
        }
    }

    /** The whole text matches the expression (RE2 syntax: linear in the length of the text). */
    record Regex(Pattern pattern) implements TextMatch {
        @Override
        public boolean test(@Nullable CharSequence text) {
            return text != null && pattern.matches(text.toString());
        }
    }

    /** The text is there, or is not. */
    record Present(boolean expected) implements TextMatch {
        @Override
        public boolean test(@Nullable CharSequence text) {
            return (text != null) == expected;
        }
    }
}
