package io.leasegate.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;

/**
 * Looks at the first byte that a client sends to a listener in clear text, and turns away those that begin a TLS handshake, which HTTP/2
 * could only call a broken preface. Used on the channel's event loop; gone with the first read.
 */
public final class ClearTextGuard extends ChannelInboundHandlerAdapter {

    /** A TLS record with a handshake message, RFC 8446 section 5.1. HTTP/2 begins with the letter P. */
    private static final byte HANDSHAKE = 22;

    private final Consumer<TlsException> refused;

    /** @param refused is told before the channel is closed */
    public ClearTextGuard(Consumer<TlsException> refused) {
        this.refused = refused;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes && bytes.isReadable() && bytes.getByte(bytes.readerIndex()) == HANDSHAKE) {
            ReferenceCountUtil.release(message);
            refused.accept(new TlsException(
                    TlsFailure.TLS_ON_CLEAR_TEXT, "the client speaks TLS, and this listener clear text"));
            ctx.close();
            return;
        }
        ctx.fireChannelRead(message);
        ctx.pipeline().remove(this);
    }
}
