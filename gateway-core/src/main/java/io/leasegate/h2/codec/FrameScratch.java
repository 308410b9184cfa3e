package io.leasegate.h2.codec;

import io.netty.buffer.ByteBuf;

/** Collects a few bytes that must be read in one piece: a frame's header, its fixed fields. Used on its connection's event loop. */
final class FrameScratch {

    private final byte[] bytes = new byte[FrameParser.PREFACE.length];
    private int count;

    /** Whether some bytes are there, and others are awaited. */
    boolean isPartial() {
        return count > 0;
    }

    /** Collects n bytes; true when they are there, and the scratch is free for the next. */
    boolean fill(ByteBuf in, int n) {
        int more = Math.min(n - count, in.readableBytes());
        in.readBytes(bytes, count, more);
        count += more;
        if (count < n) {
            return false;
        }
        count = 0;
        return true;
    }

    int unsignedByteAt(int at) {
        return bytes[at] & 0xff;
    }

    int intAt(int at) {
        return bytes[at] << 24 | (bytes[at + 1] & 0xff) << 16 | (bytes[at + 2] & 0xff) << 8 | (bytes[at + 3] & 0xff);
    }

    long unsignedIntAt(int at) {
        return intAt(at) & 0xffff_ffffL;
    }

    int idAt(int at) {
        return intAt(at) & Integer.MAX_VALUE;
    }
}
