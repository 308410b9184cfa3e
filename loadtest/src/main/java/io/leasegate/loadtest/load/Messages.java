package io.leasegate.loadtest.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** gRPC messages that are made once and sent again and again. Immutable, any thread. */
public final class Messages {

    private static final int PREFIX_BYTES = 5;

    /** 21 bytes with gRPC's prefix: what a call with a short name or a number in it has. */
    public static final ByteBuf SMALL = message(16);

    public static final ByteBuf KIBIBYTE = message(1024);

    public static final ByteBuf MEBIBYTE = message(1 << 20);

    private Messages() {}

    private static ByteBuf message(int bytes) {
        ByteBuf message = Unpooled.directBuffer(PREFIX_BYTES + bytes, PREFIX_BYTES + bytes);
        message.writeByte(0).writeInt(bytes);
        for (int i = 0; i < bytes; i++) {
            message.writeByte(i * 31);
        }
        return Unpooled.unreleasableBuffer(message.asReadOnly());
    }
}
