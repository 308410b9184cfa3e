package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;

/** Writes what was found into messages: short, on one line, without control characters. */
final class Quote {

    private static final int MAX_CHARS = 80;

    private Quote() {}

    /** The text in double quotes. */
    static String text(String text) {
        return '"' + oneLine(text) + '"';
    }

    /** The value as JSON writes it. */
    static String json(JsonNode node) {
        return node.isTextual() ? text(node.textValue()) : oneLine(node.toString());
    }

    static String oneLine(String text) {
        StringBuilder s = new StringBuilder(Math.min(text.length(), MAX_CHARS) + 3);
        for (int i = 0; i < text.length(); i++) {
            if (i == MAX_CHARS) {
                return s.append("...").toString();
            }
            char c = text.charAt(i);
            s.append(Character.isISOControl(c) ? ' ' : c);
        }
        return s.toString();
    }
}
