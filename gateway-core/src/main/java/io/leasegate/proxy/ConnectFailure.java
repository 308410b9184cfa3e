package io.leasegate.proxy;

import java.io.IOException;

/** Why an attempt to connect to an instance came to nothing. The message names the phase and is for callers and operators. */
public final class ConnectFailure extends IOException {

    private static final long serialVersionUID = 1L;

    /** How far the attempt came. */
    public enum Phase {
        RESOLVE("resolve"),
        CONNECT("connect"),
        TLS("TLS"),
        PREFACE("preface");

        private final String word;

        Phase(String word) {
            this.word = word;
        }

        /** As messages have it. */
        String word() {
            return word;
        }
    }

    private final Phase phase;
    private final boolean passing;

    private ConnectFailure(Phase phase, String what, boolean passing, Throwable cause) {
        super("phase " + phase.word() + ": " + what, cause);
        this.phase = phase;
        this.passing = passing;
    }

    /** A failure that another attempt would most likely meet again: no answer in time, another protocol, a bad certificate. */
    public static ConnectFailure lasting(Phase phase, String what, Throwable cause) {
        return new ConnectFailure(phase, what, false, cause);
    }

    /** A failure as an instance that restarts shows it: nothing listens, its name is gone, it closes before it has said a word. */
    public static ConnectFailure passing(Phase phase, String what, Throwable cause) {
        return new ConnectFailure(phase, what, true, cause);
    }

    static String describe(Throwable cause) {
        String message = cause.getMessage();
        return message == null || message.isEmpty() ? cause.toString() : message;
    }

    public Phase phase() {
        return phase;
    }

    /** Whether it is what an instance that restarts shows, so that waiting for another attempt makes sense. */
    boolean isPassing() {
        return passing;
    }

    /** A failure is part of normal life; nobody looks at where in the gateway it was noticed. */
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
