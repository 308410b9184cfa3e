package io.leasegate.h2.codec;

/** Target of the fuzzer: the connection whose peer is an instance. */
public final class ClientFuzz {

    private ClientFuzz() {}

    /** Called by Jazzer, and by the tests that play its corpus again. */
    public static void fuzzerTestOneInput(byte[] input) {
        ConnectionGame.play(input, false);
    }
}
