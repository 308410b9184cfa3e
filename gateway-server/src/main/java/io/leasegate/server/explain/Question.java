package io.leasegate.server.explain;

import io.leasegate.proxy.HypotheticalCall;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for: a call that was made, or one that nobody makes. Immutable.
 *
 * @param requestId of the call that was made, null for the other kind
 */
record Question(
        @Nullable String requestId,
        String authority,
        String path,
        List<HypotheticalCall.Header> headers,
        String source,
        @Nullable String identity,
        String listener) {

    static final String USAGE =
            "/api/explain?path=/pkg.Service/Method takes also authority=HOST, header=NAME:VALUE (any number"
                    + " of them), source=IP, identity=WHO and listener=NAME; /api/explain?request-id=ID takes nothing else";

    private static final List<String> OF_A_CALL =
            List.of("path", "authority", "header", "source", "identity", "listener");

    /** Characters of a token (RFC 9110 section 5.6.2) as HTTP/2 has names: without upper case. */
    private static final String NAME = "[a-z0-9!#$%&'*+.^_`|~-]+";

    HypotheticalCall call() {
        return new HypotheticalCall(authority, path, headers, source, identity, listener);
    }

    /** @throws IllegalArgumentException when it makes no sense; the message says what is wrong and what was expected */
    static Question of(String uri) {
        Map<String, List<String>> parameters = new QueryStringDecoder(uri).parameters();
        String requestId = only(parameters, "request-id");
        for (String name : parameters.keySet()) {
            if (requestId != null && !name.equals("request-id")) {
                throw new IllegalArgumentException(name + ": does not go with request-id");
            }
            if (requestId == null && !OF_A_CALL.contains(name)) {
                throw new IllegalArgumentException("unknown parameter '" + name + "' (expected request-id, or "
                        + String.join(", ", OF_A_CALL) + ")");
            }
        }
        if (requestId != null) {
            if (requestId.isEmpty()) {
                throw new IllegalArgumentException("request-id: it is empty (expected the id of a call)");
            }
            return new Question(requestId, "", "", List.of(), "", null, "");
        }
        String path = only(parameters, "path");
        if (path == null) {
            throw new IllegalArgumentException("path is missing (expected /package.Service/Method), or request-id");
        }
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path: '" + path + "' (expected /package.Service/Method)");
        }
        String authority = only(parameters, "authority");
        String source = only(parameters, "source");
        String listener = only(parameters, "listener");
        if (source != null && !NetUtil.isValidIpV4Address(source) && !NetUtil.isValidIpV6Address(source)) {
            throw new IllegalArgumentException("source: '" + source + "' (expected an IP address without a port)");
        }
        List<HypotheticalCall.Header> headers = new ArrayList<>();
        parameters.getOrDefault("header", List.of()).forEach(h -> headers.add(header(h)));
        return new Question(
                null,
                authority == null ? "" : authority,
                path,
                List.copyOf(headers),
                source == null ? "" : source,
                only(parameters, "identity"),
                listener == null ? "" : listener);
    }

    private static @Nullable String only(Map<String, List<String>> parameters, String name) {
        List<String> values = parameters.get(name);
        if (values == null) {
            return null;
        }
        if (values.size() > 1) {
            throw new IllegalArgumentException(name + ": it is there " + values.size() + " times (expected once)");
        }
        return values.get(0);
    }

    private static HypotheticalCall.Header header(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
        if (!name.matches(NAME)) {
            throw new IllegalArgumentException(
                    "header: '" + text
                            + "' (expected NAME:VALUE with the name of a request header; authority and path have parameters of their own)");
        }
        return new HypotheticalCall.Header(name, text.substring(colon + 1).strip());
    }
}
