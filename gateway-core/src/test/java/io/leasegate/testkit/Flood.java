package io.leasegate.testkit;

import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.util.function.IntFunction;

/** Sends the same again and again, until the other side has had enough. Stateless. */
public final class Flood {

    private static final int PER_WRITE = 50;

    private Flood() {}

    /** The same bytes up to so many times. */
    public static void send(RawHttp2Peer attacker, byte[] frames, int times) {
        send(attacker, i -> frames, times);
    }

    /** What the function gives for 0, 1, 2, … in writes of 50 each. Ends when the connection does; whether it must, the test says. */
    public static void send(RawHttp2Peer attacker, IntFunction<byte[]> frames, int times) {
        try {
            for (int i = 0; i < times && !attacker.isClosed(); ) {
                ByteArrayOutputStream many = new ByteArrayOutputStream();
                for (int end = Math.min(times, i + PER_WRITE); i < end; i++) {
                    many.writeBytes(frames.apply(i));
                }
                attacker.send().raw(many.toByteArray());
            }
        } catch (UncheckedIOException closed) {
            if (!String.valueOf(closed.getMessage()).matches(".*(reset|pipe|closed|abort).*")) {
                throw closed;
            }
        }
    }
}
