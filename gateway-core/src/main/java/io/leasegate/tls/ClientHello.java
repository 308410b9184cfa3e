package io.leasegate.tls;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What of a client's first message (RFC 8446 section 4.1.2) decides how it is answered.
 *
 * @param serverName the name in its server_name extension (RFC 6066 section 3) in lower case, null for none
 * @param protocols how many protocols its ALPN extension (RFC 7301) offers, 0 without one
 * @param offersHttp2 whether {@code h2} is one of them
 */
record ClientHello(@Nullable String serverName, int protocols, boolean offersHttp2) {

    private static final int VERSION_AND_RANDOM_BYTES = 2 + 32;
    private static final int SERVER_NAME = 0;
    private static final int ALPN = 16;
    private static final int HOST_NAME = 0;

    /** Reads the message behind its handshake header. What does not parse counts as absent: the engine will refuse it. */
    static ClientHello parse(ByteBuf message) {
        ByteBuf in = message.slice();
        String serverName = null;
        int protocols = 0;
        boolean offersHttp2 = false;
        try {
            in.skipBytes(VERSION_AND_RANDOM_BYTES);
            in.skipBytes(in.readUnsignedByte());
            in.skipBytes(in.readUnsignedShort());
            in.skipBytes(in.readUnsignedByte());
            ByteBuf extensions = in.readSlice(in.readUnsignedShort());
            while (extensions.isReadable()) {
                int type = extensions.readUnsignedShort();
                ByteBuf content = extensions.readSlice(extensions.readUnsignedShort());
                if (type == SERVER_NAME) {
                    serverName = serverName(content);
                } else if (type == ALPN) {
                    ByteBuf list = content.readSlice(content.readUnsignedShort());
                    while (list.isReadable()) {
                        ByteBuf name = list.readSlice(list.readUnsignedByte());
                        protocols++;
                        offersHttp2 |= name.readableBytes() == 2 && name.getByte(0) == 'h' && name.getByte(1) == '2';
                    }
                }
            }
        } catch (IndexOutOfBoundsException e) {
            // Cut or damaged.
        }
        return new ClientHello(serverName, protocols, offersHttp2);
    }

    private static @Nullable String serverName(ByteBuf extension) {
        ByteBuf list = extension.readSlice(extension.readUnsignedShort());
        while (list.isReadable()) {
            int type = list.readUnsignedByte();
            ByteBuf name = list.readSlice(list.readUnsignedShort());
            if (type == HOST_NAME) {
                return name.toString(StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
            }
        }
        return null;
    }
}
