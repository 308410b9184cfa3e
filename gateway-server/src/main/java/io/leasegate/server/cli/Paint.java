package io.leasegate.server.cli;

import picocli.CommandLine.Help.Ansi;

/** Colours for a terminal, or none. Immutable. */
record Paint(boolean inColour) {

    /** When to use colours; picocli takes the names as they are in any case. */
    enum When {
        AUTO,
        ALWAYS,
        NEVER
    }

    static Paint when(When when) {
        return new Paint(
                switch (when) {
                    case ALWAYS -> true;
                    case NEVER -> false;
                    case AUTO -> Ansi.AUTO.enabled();
                });
    }

    String bold(String text) {
        return wrapped("1", text);
    }

    String bad(String text) {
        return wrapped("31", text);
    }

    String odd(String text) {
        return wrapped("33", text);
    }

    String good(String text) {
        return wrapped("32", text);
    }

    String faint(String text) {
        return wrapped("2", text);
    }

    private String wrapped(String code, String text) {
        return inColour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
