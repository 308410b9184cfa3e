package io.leasegate.registrar;

/** Writes JSON strings byte for byte as Go's {@code encoding/json} prints them. Pure functions; any thread. */
final class GoJson {

    private static final String HEX = "0123456789abcdef";

    private GoJson() {}

    /**
     * Appends the text as a JSON string. Beside what JSON demands, Go's default encoder escapes the three characters that matter in
     * HTML and the two line separators that matter in JavaScript; all other text stays as it is.
     */
    static void appendString(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '<', '>', '&', '\u2028', '\u2029' -> appendEscape(out, c);
                default -> {
                    if (c < ' ') {
                        appendEscape(out, c);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static void appendEscape(StringBuilder out, char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(HEX.charAt((c >> shift) & 0xf));
        }
    }
}
