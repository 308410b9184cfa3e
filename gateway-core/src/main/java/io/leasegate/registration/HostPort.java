package io.leasegate.registration;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An address of the form {@code host:port}: a host name, an IPv4 address, or an IPv6 address in brackets. Registrars that put host
 * and port together without a thought write IPv6 addresses without brackets; what is behind the last colon is the port there too.
 *
 * @param host without brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {

    /** The longest text that can be an address. */
    static final int MAX_CHARS = 300;

    private static final int MAX_HOST_CHARS = 253;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?");
    private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");
    private static final Pattern IPV4 = Pattern.compile("((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(?!$)|$)){4}");

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException with a message of the form {@code "x" has no port (expected host:port)}
     */
    public static HostPort parse(String text) {
        String reason = "";
        int colon = text.lastIndexOf(':');
        int bracket = text.lastIndexOf(']');
        if (text.contains("://")) {
            reason = "is a URL";
        } else if (colon < 0 || colon < bracket) {
            reason = "has no port";
        } else if (colon == 0) {
            reason = "has no host";
        }
        if (!reason.isEmpty()) {
            throw refusal(text, reason);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") || bracket >= 0) {
            host = ipv6(text, host);
        } else if (host.indexOf(':') >= 0) {
            if (!isIpv6(host)) {
                throw refusal(text, "has several colons, but no IPv6 host before the last one");
            }
        } else if (DIGITS_AND_DOTS.matcher(host).matches()
                ? !IPV4.matcher(host).matches()
                : host.length() > MAX_HOST_CHARS || !NAME.matcher(host).matches()) {
            throw refusal(text, "has a host that is neither a name nor an address");
        }
        return new HostPort(host, port(text, text.substring(colon + 1)));
    }

    /** The address that a text is, or null when it is none. Costs little for texts that do not look like one. */
    static @Nullable HostPort orNull(String text) {
        int colon = text.lastIndexOf(':');
        int digits = text.length() - colon - 1;
        if (colon < 1 || digits < 1 || digits > 5 || text.length() > MAX_CHARS || text.indexOf('/') >= 0) {
            return null;
        }
        for (int i = colon + 1; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return null;
            }
        }
        try {
            return parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Whether the address means every address of the machine it is used on, which is never the one that was meant. */
    public boolean isWildcard() {
        return host.equals("0.0.0.0") || host.matches("[0:]+");
    }

    /** Host and port that are given apart; the host may be in brackets. */
    static HostPort of(String host, int port) {
        boolean bracketed = host.startsWith("[") || host.indexOf(':') < 0;
        return parse((bracketed ? host : "[" + host + "]") + ":" + port);
    }

    /** The address in the form {@code host:port}, an IPv6 host in brackets. */
    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }

    private static String ipv6(String text, String bracketed) {
        int n = bracketed.length();
        if (bracketed.charAt(0) != '[' || bracketed.charAt(n - 1) != ']') {
            throw refusal(text, "has brackets that are not around the host");
        }
        String host = bracketed.substring(1, n - 1);
        if (!isIpv6(host)) {
            throw refusal(text, "has no IPv6 address in its brackets");
        }
        return host;
    }

    private static boolean isIpv6(String host) {
        int zone = host.indexOf('%');
        String literal = zone < 0 ? host : host.substring(0, zone);
        try {
            // In brackets, so that nothing is ever looked up: what is not a literal fails here.
            return literal.indexOf(':') >= 0
                    && literal.indexOf('[') < 0
                    && zone != host.length() - 1
                    && InetAddress.getByName("[" + literal + "]") != null;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static int port(String text, String digits) {
        if (digits.isEmpty()) {
            throw refusal(text, "has no port");
        }
        int port = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9' || i == 5) {
                throw refusal(text, "has the port " + Quote.oneLine(digits), "1-65535");
            }
            port = port * 10 + (c - '0');
        }
        if (port < 1 || port > 65535) {
            throw refusal(text, "has the port " + port, "1-65535");
        }
        return port;
    }

    private static IllegalArgumentException refusal(String text, String reason) {
        return refusal(text, reason, "host:port");
    }

    private static IllegalArgumentException refusal(String text, String reason, String expected) {
        return new IllegalArgumentException(Quote.text(text) + " " + reason + " (expected " + expected + ")");
    }
}
