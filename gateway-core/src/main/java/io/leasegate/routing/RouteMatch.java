package io.leasegate.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of a route; all that are given must hold.
 *
 * @param path the exact {@code :path}, or null
 * @param pathPrefix what {@code :path} begins with, or null
 * @param authority the host of {@code :authority}, with or without its port, or null
 * @param headers conditions on other request headers
 * @param identity who the client's certificate speaks for, or null
 * @param listener the name of the listener that the request came in by, or null
 * @param sources ranges, of which one has the client's IP address; none where it does not matter
 */
public record RouteMatch(
        @Nullable String path,
        @Nullable String pathPrefix,
        @Nullable String authority,
        List<HeaderMatch> headers,
        @Nullable TextMatch identity,
        @Nullable String listener,
        List<AddressRange> sources) {

    /** All conditions hold. */
    static final int HOLDS = -1;

    static final int PATH = 0;
    static final int PATH_PREFIX = 1;
    static final int AUTHORITY = 2;
    static final int IDENTITY = 3;
    static final int LISTENER = 4;
    static final int SOURCE = 5;
    /** The first of the headers, which the others follow. */
    static final int FIRST_HEADER = 6;

    public RouteMatch {
        headers = List.copyOf(headers);
        sources = List.copyOf(sources);
    }

    /** A match for clients wherever they come from. */
    public RouteMatch(
            @Nullable String path,
            @Nullable String pathPrefix,
            @Nullable String authority,
            List<HeaderMatch> headers,
            @Nullable TextMatch identity) {
        this(path, pathPrefix, authority, headers, identity, null, List.of());
    }

    /** A match for clients whoever they are. */
    public RouteMatch(
            @Nullable String path, @Nullable String pathPrefix, @Nullable String authority, List<HeaderMatch> headers) {
        this(path, pathPrefix, authority, headers, null);
    }

    /** A match by gRPC service: all of its methods, or the one given. */
    public static RouteMatch grpc(String service, @Nullable String method) {
        return method == null
                ? new RouteMatch(null, "/" + service + "/", null, List.of())
                : new RouteMatch("/" + service + "/" + method, null, null, List.of());
    }

    boolean test(RequestHead request) {
        return failing(request) == HOLDS;
    }

    /** The number of the first condition that the request does not fulfil, or {@link #HOLDS}. {@link MatchWords} has words for it. */
    int failing(RequestHead request) {
        if (path != null && !path.contentEquals(request.path())) {
            return PATH;
        }
        if (pathPrefix != null && !startsWith(request.path(), pathPrefix)) {
            return PATH_PREFIX;
        }
        if (authority != null && !authorityMatches(authority, request.authority())) {
            return AUTHORITY;
        }
        if (listener != null && !listener.contentEquals(request.listener())) {
            return LISTENER;
        }
        if (!sources.isEmpty() && !isFromSource(request.sourceAddress())) {
            return SOURCE;
        }
        for (int i = 0; i < headers.size(); i++) {
            if (!headers.get(i).test(request)) {
                return FIRST_HEADER + i;
            }
        }
        return identity == null || identity.test(request.identity()) ? HOLDS : IDENTITY;
    }

    private boolean isFromSource(byte[] address) {
        for (int i = 0; i < sources.size(); i++) {
            if (sources.get(i).contains(address)) {
                return true;
            }
        }
        return false;
    }

    static boolean startsWith(CharSequence text, String prefix) {
        int n = prefix.length();
        if (text.length() < n) {
            return false;
        }
        for (int i = 0; i < n; i++) {
            if (text.charAt(i) != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean authorityMatches(String wanted, CharSequence actual) {
        int host = RouteTable.hostEnd(actual);
        return equalIgnoreCase(wanted, actual, actual.length()) || equalIgnoreCase(wanted, actual, host);
    }

    /** Host names are equal whatever their case (RFC 3986 section 3.2.2). */
    private static boolean equalIgnoreCase(String wanted, CharSequence actual, int length) {
        if (wanted.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char a = wanted.charAt(i);
            char b = actual.charAt(i);
            if (a != b && Character.toLowerCase(a) != Character.toLowerCase(b)) {
                return false;
            }
        }
        return true;
    }
}
