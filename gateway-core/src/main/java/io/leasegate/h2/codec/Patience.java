package io.leasegate.h2.codec;

import io.leasegate.h2.Http2Error;
import io.leasegate.h2.Violation;
import org.jspecify.annotations.Nullable;

/**
 * How long a peer has owed something: its preface and SETTINGS, the acknowledgement of ours, the rest of a frame or header section. One
 * and the same thing must not be owed for longer than the patience, whatever else trickles in meanwhile. Counted in looks, one a second:
 * after a pause of the gateway itself what came meanwhile is still in the queue. Used on the connection's event loop.
 */
final class Patience {

    private static final int NOTHING_YET = -3;
    private static final int NO_ACKNOWLEDGEMENT = -2;
    private static final int UNKNOWN = -1;

    private final int seconds;
    private boolean settingsRead;
    private boolean settingsAcked;
    private int completed;
    private int mark = UNKNOWN;
    private int owedSeconds;

    Patience(int seconds) {
        this.seconds = seconds;
    }

    /** Begins to look. */
    void begin() {
        mark = UNKNOWN;
        owedSeconds = 0;
    }

    /** A frame or a header section is complete. */
    void completed() {
        completed++;
    }

    void settingsRead() {
        settingsRead = true;
    }

    void settingsAcked() {
        settingsAcked = true;
    }

    boolean isSettingsRead() {
        return settingsRead;
    }

    boolean isSettingsAcked() {
        return settingsAcked;
    }

    boolean isOwed(boolean midway) {
        return !settingsRead || !settingsAcked || midway;
    }

    /** Looks once; what the peer is to be told when it has owed something for too long, else null. */
    @Nullable
    ConnectionException look() {
        int now = !settingsRead ? NOTHING_YET : !settingsAcked ? NO_ACKNOWLEDGEMENT : completed;
        owedSeconds = now == mark ? owedSeconds + 1 : 0;
        mark = now;
        if (owedSeconds < seconds) {
            return null;
        }
        String within = " within " + seconds + " s (header-timeout)";
        if (!settingsRead) {
            return new ConnectionException(
                    Violation.PREFACE_TIMEOUT,
                    Http2Error.PROTOCOL_ERROR,
                    "no connection preface with SETTINGS" + within);
        }
        if (!settingsAcked) {
            return new ConnectionException(
                    Violation.SETTINGS_TIMEOUT, Http2Error.SETTINGS_TIMEOUT, "SETTINGS were not acknowledged" + within);
        }
        return new ConnectionException(
                Violation.HEADER_TIMEOUT,
                Http2Error.PROTOCOL_ERROR,
                "a frame or header section was not completed" + within);
    }
}
