package io.leasegate.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The message framing of gRPC over HTTP/2. */
public final class Grpc {

    private Grpc() {}

    /** A message with its five-byte prefix. */
    public static byte[] message(byte[] content) {
        return ByteBuffer.allocate(5 + content.length)
                .put((byte) 0)
                .putInt(content.length)
                .put(content)
                .array();
    }

    public static byte[] message(String content) {
        return message(content.getBytes(StandardCharsets.UTF_8));
    }

    /** A message of the given length that is not all zeros, with its prefix. */
    public static byte[] messageOfLength(int length) {
        return message(pattern(length));
    }

    /** Bytes in which a lost, doubled or moved piece shows. */
    public static byte[] pattern(int length) {
        byte[] b = new byte[length];
        for (int i = 0; i < length; i++) {
            b[i] = (byte) (i * 31 + (i >> 8) * 7 + (i >> 16));
        }
        return b;
    }

    /** The messages in a body; fails when it ends within one. */
    public static List<byte[]> messages(byte[] body) {
        List<byte[]> list = new ArrayList<>();
        ByteBuffer b = ByteBuffer.wrap(body);
        while (b.hasRemaining()) {
            if (b.remaining() < 5) {
                throw new AssertionError("a body of " + body.length + " bytes ends within a message prefix");
            }
            b.get();
            int length = b.getInt();
            if (b.remaining() < length) {
                throw new AssertionError("a body of " + body.length + " bytes ends within a message of " + length);
            }
            byte[] m = new byte[length];
            b.get(m);
            list.add(m);
        }
        return list;
    }

    /** The text of a {@code grpc-message}: percent-decoded UTF-8. */
    public static String percentDecode(String value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '%' && i + 2 < value.length()) {
                out.write(Integer.parseInt(value, i + 1, i + 3, 16));
                i += 2;
            } else {
                out.write(c);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
