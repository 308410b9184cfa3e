package io.leasegate.h2.codec;

import io.leasegate.testkit.Choices;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import java.util.function.IntSupplier;

/** Target of the fuzzer: the parser of frames. Any bytes mean the same, wherever they are cut. */
public final class FramesFuzz {

    private FramesFuzz() {}

    /** Called by Jazzer, and by the tests that play its corpus again. */
    public static void fuzzerTestOneInput(byte[] input) {
        Choices choices = new Choices(input);
        boolean expectPreface = choices.oneIn(4);
        boolean begun = choices.oneIn(2);
        int maxFrameBytes = choices.oneOf(16_384, 64);
        Random cuts = new Random(choices.below(256));
        byte[] rest = choices.bytes(input.length);
        ByteBuf bytes = Unpooled.buffer();
        if (begun) {
            // What every connection begins with is seldom found by chance.
            bytes.writeBytes(expectPreface ? FrameParser.PREFACE : new byte[0])
                    .writeBytes(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
        }
        bytes.writeBytes(rest);
        String whole = events(bytes, expectPreface, maxFrameBytes, bytes::readableBytes);
        same(whole, events(bytes, expectPreface, maxFrameBytes, () -> 1));
        same(whole, events(bytes, expectPreface, maxFrameBytes, () -> 1 + cuts.nextInt(40)));
    }

    private static void same(String whole, String cut) {
        if (!whole.equals(cut)) {
            throw new AssertionError("in one piece:\n" + whole + "\ncut:\n" + cut);
        }
    }

    private static String events(ByteBuf bytes, boolean expectPreface, int maxFrameBytes, IntSupplier cut) {
        FrameRecorder recorder = new FrameRecorder();
        FrameParser parser = new FrameParser(recorder, expectPreface, maxFrameBytes);
        String end;
        try {
            for (int at = 0; at < bytes.readableBytes(); ) {
                int n = Math.min(cut.getAsInt(), bytes.readableBytes() - at);
                ByteBuf piece = bytes.slice(at, n);
                parser.parse(piece);
                if (piece.isReadable()) {
                    throw new AssertionError(piece.readableBytes() + " bytes were not read");
                }
                at += n;
            }
            end = "midway " + parser.isMidway();
        } catch (ConnectionException e) {
            end = "error " + e.errorCode() + " " + e.getMessage();
        }
        return recorder + end;
    }
}
