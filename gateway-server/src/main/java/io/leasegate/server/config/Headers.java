package io.leasegate.server.config;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What names and values of headers must be like. */
final class Headers {

    /** RFC 9110 section 5.6.2, "token". */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    /** RFC 9113 section 8.2.2 (connection-specific), and those that frame the message. */
    private static final Set<String> NOT_TO_CHANGE = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "transfer-encoding",
            "upgrade",
            "te",
            "host",
            "content-length");

    /** The name of a header, in lower case as HTTP/2 has them. */
    static final Kind<String> NAME = new Kind<>(
            text -> {
                if (text.startsWith(":")) {
                    throw new Unexpected("the name of a header; match " + text + " by authority, path or path-prefix");
                }
                if (!TOKEN.matcher(text).matches()) {
                    throw new Unexpected("the name of a header such as x-user");
                }
                return text.toLowerCase(Locale.ROOT);
            },
            "-");

    /** The name of a header that a route may change. */
    static final Kind<String> CHANGED_NAME = new Kind<>(
            text -> {
                String name = text.toLowerCase(Locale.ROOT);
                if (text.startsWith(":") || NOT_TO_CHANGE.contains(name)) {
                    throw new Unexpected("a header that a route may change; HTTP/2 itself uses this one");
                }
                return NAME.parser().parse(text);
            },
            "-");

    /** What a call has for other ends. */
    private static final Set<String> TAKEN = Set.of(
            "content-type",
            "user-agent",
            "authorization",
            "cookie",
            "trailer",
            "x-forwarded-for",
            "x-forwarded-proto",
            "x-request-id",
            "x-leasegate-outcome");

    /** The name of a header that the gateway may have to itself. */
    static final Kind<String> IDENTITY_NAME = new Kind<>(
            text -> {
                String name = CHANGED_NAME.parser().parse(text);
                if (TAKEN.contains(name) || name.startsWith("grpc-") || name.endsWith("-bin")) {
                    throw new Unexpected("a header that serves no other end, such as x-client-identity");
                }
                return name;
            },
            "-");

    /** RFC 9110 section 5.5, without line breaks and other control characters. */
    static final Kind<String> VALUE = new Kind<>(
            text -> {
                for (int i = 0; i < text.length(); i++) {
                    char c = text.charAt(i);
                    if (c != '\t' && (c < ' ' || c == 0x7f)) {
                        throw new Unexpected("a header value, without line breaks and control characters");
                    }
                }
                return text;
            },
            "");

    private Headers() {}
}
