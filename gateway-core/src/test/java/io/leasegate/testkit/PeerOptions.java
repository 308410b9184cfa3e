package io.leasegate.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How a scripted peer behaves by itself. Changed before the connection is made only. */
public final class PeerOptions {

    final List<long[]> settings = new ArrayList<>();
    boolean handshake = true;
    boolean ackSettings = true;
    boolean ackPings = true;
    boolean returnStreamWindow = true;
    boolean returnConnectionWindow = true;
    int connectionWindowBytes = 65_535;
    int receiveBufferBytes;
    Duration timeout = Duration.ofSeconds(10);

    private PeerOptions() {}

    /** Sends an empty SETTINGS frame, acknowledges SETTINGS and PING, and returns every byte of DATA at once. */
    public static PeerOptions defaults() {
        return new PeerOptions();
    }

    /** Adds an entry to the first SETTINGS frame; the same id may come twice. */
    public PeerOptions setting(int id, long value) {
        settings.add(new long[] {id, value});
        return this;
    }

    /** Sends neither preface nor SETTINGS nor acknowledgements of SETTINGS: the test speaks every byte itself. */
    public PeerOptions withoutHandshake() {
        handshake = false;
        ackSettings = false;
        return this;
    }

    public PeerOptions withoutSettingsAck() {
        ackSettings = false;
        return this;
    }

    public PeerOptions withoutPingAck() {
        ackPings = false;
        return this;
    }

    /** Returns no window by itself, neither of streams nor of the connection. */
    public PeerOptions withoutWindowUpdates() {
        returnStreamWindow = false;
        returnConnectionWindow = false;
        return this;
    }

    /** Returns the connection's window by itself, but not that of streams. */
    public PeerOptions withoutStreamWindowUpdates() {
        returnStreamWindow = false;
        return this;
    }

    /** Raises the connection's receive window above its 65,535 bytes right after the first SETTINGS. */
    public PeerOptions connectionWindow(int bytes) {
        connectionWindowBytes = bytes;
        return this;
    }

    /** The socket's receive buffer, small for peers that are to stall soon. */
    public PeerOptions receiveBuffer(int bytes) {
        receiveBufferBytes = bytes;
        return this;
    }

    /** How long an expectation waits; 10 s unless told. */
    public PeerOptions timeout(Duration limit) {
        timeout = limit;
        return this;
    }
}
