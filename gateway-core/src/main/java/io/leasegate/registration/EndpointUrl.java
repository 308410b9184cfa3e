package io.leasegate.registration;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An address of the form {@code scheme://host:port/path?name=value}, as several formats have them.
 *
 * @param scheme in lower case
 * @param address host and port
 * @param path with its leading slash, empty when there is none
 * @param query names and values in their order, decoded; the first of equal names counts
 */
record EndpointUrl(String scheme, HostPort address, String path, Map<String, String> query) {

    private static final int MAX_PARAMETERS = 512;

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException with a message of the form {@code "x" has no port (expected host:port)}
     */
    static EndpointUrl parse(String text) {
        int colon = text.indexOf("://");
        if (colon < 1) {
            throw new IllegalArgumentException(Quote.text(text) + " is no URL (expected scheme://host:port)");
        }
        String rest = text.substring(colon + 3);
        int question = rest.indexOf('?');
        String query = question < 0 ? "" : rest.substring(question + 1);
        String place = question < 0 ? rest : rest.substring(0, question);
        int slash = place.indexOf('/');
        String authority = slash < 0 ? place : place.substring(0, slash);
        // User information, as in dubbo://user:password@host, is no part of the address.
        HostPort address = HostPort.parse(authority.substring(authority.lastIndexOf('@') + 1));
        return new EndpointUrl(
                text.substring(0, colon).toLowerCase(Locale.ROOT),
                address,
                slash < 0 ? "" : place.substring(slash),
                parameters(query));
    }

    /** Whether it asks for TLS: by its scheme, or as Kratos did until 2022. */
    boolean tls() {
        return scheme.equals("grpcs") || scheme.equals("https") || "true".equalsIgnoreCase(query.get("isSecure"));
    }

    /** The parameters of a query string. Values that are not encoded as they should be stand as they are. */
    static Map<String, String> parameters(String query) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String pair : split(query)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            if (!name.isEmpty()) {
                all.putIfAbsent(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        return all;
    }

    private static List<String> split(String query) {
        List<String> pairs = new ArrayList<>();
        int from = 0;
        while (from < query.length() && pairs.size() < MAX_PARAMETERS) {
            int end = query.indexOf('&', from);
            end = end < 0 ? query.length() : end;
            pairs.add(query.substring(from, end));
            from = end + 1;
        }
        return pairs;
    }

    /** Undoes URL encoding; text that is not encoded as it should be stands as it is. */
    static String decode(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        try {
            return java.net.URLDecoder.decode(text, java.nio.charset.StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
