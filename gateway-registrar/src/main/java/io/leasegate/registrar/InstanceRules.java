package io.leasegate.registrar;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a name, a version and an address must be like so that the key keeps its layout and gateways can use it. Pure functions. */
final class InstanceRules {

    private static final String ADDRESS_EXPECTED =
            "expected host:port as gateways reach this instance, such as 10.0.0.7:1001 or [2001:db8::7]:1001";
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9_.-]+)?");
    private static final Pattern WILDCARD = Pattern.compile("0\\.0\\.0\\.0|\\[[0:]+]");

    private InstanceRules() {}

    static void checkName(String field, String text, boolean required, List<String> mistakes) {
        String wrong = null;
        if (text.isEmpty()) {
            wrong = required ? "it is empty" : null;
        } else if (text.indexOf('/') >= 0) {
            wrong = "'/' separates the parts of the key";
        } else if (text.codePoints().anyMatch(Character::isISOControl)) {
            wrong = "it holds a control character";
        } else if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            wrong = "it holds half a surrogate pair, which has no UTF-8 form";
        } else if (!text.equals(text.strip())) {
            wrong = "it begins or ends with white space";
        }
        if (wrong != null) {
            mistakes.add(
                    field + ": \"" + printable(text) + "\" (expected " + (required ? "the service's name" : "a version")
                            + " without '/' and control characters; " + wrong + ")");
        }
    }

    static void checkAddress(String address, boolean portZeroAllowed, List<String> mistakes) {
        String wrong = addressMistake(address, portZeroAllowed);
        if (wrong != null) {
            mistakes.add("address: \"" + printable(address) + "\" (" + ADDRESS_EXPECTED + "; " + wrong + ")");
        }
    }

    private static @Nullable String addressMistake(String address, boolean portZeroAllowed) {
        if (address.contains("://")) {
            return "no URL";
        }
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? address : address.substring(0, colon);
        if (host.isEmpty()) {
            return address.isEmpty() ? "it is empty" : "the host is empty";
        }
        if (colon < 0) {
            return "the port is missing";
        }
        if (host.startsWith("[") != host.endsWith("]") || (!host.startsWith("[") && host.indexOf(':') >= 0)) {
            return "an IPv6 host goes in brackets";
        }
        boolean ipv6 = host.startsWith("[");
        boolean wellFormed = ipv6
                ? IPV6.matcher(host.substring(1, host.length() - 1)).matches()
                : HOST_NAME.matcher(host).matches();
        if (!wellFormed) {
            return "the host is neither a name nor an IP address";
        }
        if (WILDCARD.matcher(host).matches()) {
            return "the host means any address: nobody can connect to it from elsewhere";
        }
        String port = address.substring(colon + 1);
        return portZeroAllowed && port.equals("0") ? null : portMistake(port);
    }

    private static @Nullable String portMistake(String port) {
        if (!port.matches("[0-9]{1,5}")) {
            return "the port is not a number from 1 to 65535";
        }
        int number = Integer.parseInt(port);
        if (number == 0) {
            return "the port is not 1 to 65535; 0 is for RegisteredServer, which puts the server's port in its place";
        }
        return number > 65535 || port.startsWith("0") ? "the port is not a number from 1 to 65535" : null;
    }

    private static String printable(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c) || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
                out.append(String.format("\\u%04x", c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }
}
