package io.leasegate.h2.codec;

/** Target of the fuzzer: the connection whose peer is a client. */
public final class ServerFuzz {

    private ServerFuzz() {}

    /** Called by Jazzer, and by the tests that play its corpus again. */
    public static void fuzzerTestOneInput(byte[] input) {
        ConnectionGame.play(input, true);
    }
}
