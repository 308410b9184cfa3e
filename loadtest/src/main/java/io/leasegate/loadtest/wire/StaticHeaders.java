package io.leasegate.loadtest.wire;

import java.util.HashMap;
import java.util.Map;

/** HPACK's static table (RFC 7541 appendix A). Immutable, any thread. */
final class StaticHeaders {

    private static final String TEXT = """
            :authority
            :method=GET
            :method=POST
            :path=/
            :path=/index.html
            :scheme=http
            :scheme=https
            :status=200
            :status=204
            :status=206
            :status=304
            :status=400
            :status=404
            :status=500
            accept-charset
            accept-encoding=gzip, deflate
            accept-language
            accept-ranges
            accept
            access-control-allow-origin
            age
            allow
            authorization
            cache-control
            content-disposition
            content-encoding
            content-language
            content-length
            content-location
            content-range
            content-type
            cookie
            date
            etag
            expect
            expires
            from
            host
            if-match
            if-modified-since
            if-none-match
            if-range
            if-unmodified-since
            last-modified
            link
            location
            max-forwards
            proxy-authenticate
            proxy-authorization
            range
            referer
            refresh
            retry-after
            server
            set-cookie
            strict-transport-security
            transfer-encoding
            user-agent
            vary
            via
            www-authenticate
            """;

    private static final String[] LINES = TEXT.split("\n", -1);
    static final int SIZE = LINES.length - 1;
    private static final Map<String, Integer> FULL = new HashMap<>();
    private static final Map<String, Integer> NAMES = new HashMap<>();

    static {
        for (int i = SIZE; i >= 1; i--) {
            FULL.put(name(i) + "=" + value(i), i);
            NAMES.put(name(i), i);
        }
    }

    private StaticHeaders() {}

    static String name(int index) {
        String line = LINES[index - 1];
        int separator = line.indexOf('=');
        return separator < 0 ? line : line.substring(0, separator);
    }

    static String value(int index) {
        String line = LINES[index - 1];
        int separator = line.indexOf('=');
        return separator < 0 ? "" : line.substring(separator + 1);
    }

    /** 1 to 61, or 0. */
    static int indexOf(String name, String value) {
        return value.isEmpty() ? 0 : FULL.getOrDefault(name + "=" + value, 0);
    }

    static int indexOfName(String name) {
        return NAMES.getOrDefault(name, 0);
    }
}
