package io.leasegate.server.config;

import com.typesafe.config.ConfigException;

/**
 * What the HOCON parser says of a syntax error, in the words of whoever made it: where the parser talks of its own inner workings, the slip
 * behind it is named instead. Stateless.
 */
final class HoconMessage {

    private HoconMessage() {}

    /** The message without the place, which is told in our own form. */
    static String of(ConfigException e) {
        String text = String.valueOf(e.getMessage());
        String place = e.origin() == null ? "" : e.origin().description() + ": ";
        String said = text.startsWith(place) ? text.substring(place.length()) : text;
        if (said.contains("unescaped newline in quoted strings")) {
            return "a text is not closed: its second quotation mark is missing on this line";
        }
        if (said.contains("here, not: end of file")) {
            return "a block or list is not closed: there are fewer } or ] than { or [ at the end of file";
        }
        return said;
    }
}
