package io.leasegate.loadtest.calls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** The calls to the demo services, with the one message that each sends. */
public enum CallKind {
    /** One greeting. */
    GREET("leasegate.examples.v1.Greeter/Greet", ada()),
    /** Ten greetings, 20 ms between two. */
    GREET_REPEATEDLY(
            "leasegate.examples.v1.Greeter/GreetRepeatedly", ada(), (byte) 0x10, (byte) 10, (byte) 0x18, (byte) 20),
    /** A stream of names that ends after the first, and one greeting. */
    GREET_TOGETHER("leasegate.examples.v1.Greeter/GreetTogether", ada()),
    /** A call to the reception, which calls the greeter in turn. */
    WELCOME("leasegate.examples.v1.Reception/Welcome", ada());

    private final String path;
    private final ByteBuf message;

    CallKind(String method, byte[] name, byte... more) {
        path = "/" + method;
        // gRPC's prefix: not compressed, and the length.
        message = Unpooled.unreleasableBuffer(Unpooled.directBuffer()
                .writeByte(0)
                .writeInt(name.length + more.length)
                .writeBytes(name)
                .writeBytes(more)
                .asReadOnly());
    }

    /** Field 1 of all their messages, in the wire format of Protocol Buffers: whom to greet. */
    private static byte[] ada() {
        return "\n\3Ada".getBytes(StandardCharsets.US_ASCII);
    }

    String path() {
        return path;
    }

    ByteBuf message() {
        return message;
    }
}
