package io.leasegate.routing;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A route's conditions in words, for people. Stateless. */
final class MatchWords {

    /** How much of what a caller sent is repeated. */
    private static final int MAX_QUOTED_CHARS = 200;

    private MatchWords() {}

    /** All conditions, with the names of the configuration. */
    static String describe(RouteMatch match) {
        List<String> all = new ArrayList<>();
        if (match.path() != null) {
            all.add("path " + quoted(match.path()));
        }
        if (match.pathPrefix() != null) {
            all.add("path-prefix " + quoted(match.pathPrefix()));
        }
        if (match.authority() != null) {
            all.add("authority " + quoted(match.authority()));
        }
        match.headers().forEach(h -> all.add("header " + h.name() + " " + describe(h.value())));
        if (match.identity() != null) {
            all.add("identity " + describe(match.identity()));
        }
        if (match.listener() != null) {
            all.add("listener " + quoted(match.listener()));
        }
        if (!match.sources().isEmpty()) {
            all.add("source " + match.sources());
        }
        return all.isEmpty() ? "every call" : String.join(", ", all);
    }

    /** Why a condition does not hold. */
    static String whyNot(RouteMatch match, int condition, RequestHead request) {
        return switch (condition) {
            case RouteMatch.PATH -> "the path is " + quoted(request.path());
            case RouteMatch.PATH_PREFIX ->
                "the path " + quoted(request.path()) + " does not begin with " + quoted(match.pathPrefix());
            case RouteMatch.AUTHORITY -> "the authority is " + quoted(request.authority());
            case RouteMatch.IDENTITY -> "the identity " + differs(request.identity());
            case RouteMatch.LISTENER -> "the listener is " + quoted(request.listener());
            case RouteMatch.SOURCE -> "the source is " + quoted(request.source());
            default -> {
                HeaderMatch h = match.headers().get(condition - RouteMatch.FIRST_HEADER);
                yield "header " + h.name() + " " + differs(request.header(h.name())) + ", wanted: "
                        + describe(h.value());
            }
        };
    }

    private static String differs(@Nullable CharSequence actual) {
        return actual == null ? "is absent" : "is " + quoted(actual);
    }

    private static String describe(TextMatch match) {
        if (match instanceof TextMatch.Exact exact) {
            return quoted(exact.value());
        }
        if (match instanceof TextMatch.Prefix prefix) {
            return "begins with " + quoted(prefix.prefix());
        }
        if (match instanceof TextMatch.Regex regex) {
            return "matches " + quoted(regex.pattern().pattern());
        }
        return match.test("") ? "present" : "absent";
    }

    static String quoted(@Nullable CharSequence text) {
        if (text == null) {
            return "nothing";
        }
        return text.length() > MAX_QUOTED_CHARS
                ? "'" + text.subSequence(0, MAX_QUOTED_CHARS) + "...'"
                : "'" + text + "'";
    }
}
