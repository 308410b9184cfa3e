package io.leasegate.discovery;

import com.google.protobuf.ByteString;

/** Etcd's keys are bytes; the gateway's are text. */
final class KeyText {

    private KeyText() {}

    /** The key as text; bytes that are no UTF-8 stand as {@code \xNN}, so that different keys stay different. */
    static String of(ByteString key) {
        if (key.isValidUtf8()) {
            return key.toStringUtf8();
        }
        StringBuilder s = new StringBuilder(key.size() * 2);
        for (int i = 0; i < key.size(); i++) {
            int b = key.byteAt(i) & 0xff;
            if (b < 0x20 || b >= 0x7f || b == '\\') {
                s.append(String.format("\\x%02x", b));
            } else {
                s.append((char) b);
            }
        }
        return s.toString();
    }
}
