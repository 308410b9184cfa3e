package io.leasegate.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a client's first message, refuses it where no HTTP/2 can come of it, else makes way for an {@code SslHandler} with the
 * certificate that the client asks for. Used on the channel's event loop.
 */
final class ClientHelloHandler extends SslClientHelloHandler<ContextRef> {

    /** RFC 8446 section 5.1. */
    private static final byte HANDSHAKE = 22;

    /** The alert no_application_protocol, fatal (RFC 7301 section 3.2), in a record of TLS 1.2 as every version takes it. */
    private static final byte[] NO_APPLICATION_PROTOCOL = {21, 3, 3, 0, 2, 2, 120};

    private static final int MAX_HELLO_BYTES = 64 * 1024;
    private static final int SHOWN_BYTES = 16;

    private final Function<@Nullable String, ContextRef> certificates;
    private final Handshake handshake;
    private boolean refused;

    /** @param certificates the context for a server name in lower case, or for none */
    ClientHelloHandler(Function<@Nullable String, ContextRef> certificates, Handshake handshake) {
        super(MAX_HELLO_BYTES);
        this.certificates = certificates;
        this.handshake = handshake;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (!refused && in.isReadable() && in.getByte(in.readerIndex()) != HANDSHAKE) {
            refuse(new TlsException(
                    TlsFailure.PLAIN_TEXT, "the client does not speak TLS: it began with " + shown(in)));
        }
        if (refused) {
            in.skipBytes(in.readableBytes());
        } else {
            super.decode(ctx, in, out);
        }
    }

    private static String shown(ByteBuf in) {
        int n = Math.min(in.readableBytes(), SHOWN_BYTES);
        String text = in.toString(in.readerIndex(), n, StandardCharsets.ISO_8859_1);
        return text.chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c == '\r' || c == '\n')
                ? "'" + text.strip() + "'"
                : ByteBufUtil.hexDump(in, in.readerIndex(), n);
    }

    @Override
    protected Future<ContextRef> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf message) {
        if (message == null) {
            return refused(ctx, new TlsException(TlsFailure.OTHER, "the client's first message is no ClientHello"));
        }
        ClientHello hello = ClientHello.parse(message);
        if (!hello.offersHttp2()) {
            ctx.writeAndFlush(Unpooled.wrappedBuffer(NO_APPLICATION_PROTOCOL));
            return refused(
                    ctx,
                    new TlsException(
                            TlsFailure.ALPN,
                            "the client offers no HTTP/2: "
                                    + (hello.protocols() == 0
                                            ? "it uses no ALPN"
                                            : "h2 is not among the " + hello.protocols() + " protocols of its ALPN")));
        }
        return ctx.executor().newSucceededFuture(certificates.apply(hello.serverName()));
    }

    private Future<ContextRef> refused(ChannelHandlerContext ctx, TlsException failure) {
        refuse(failure);
        return ctx.executor().newFailedFuture(failure);
    }

    private void refuse(TlsException failure) {
        refused = true;
        handshake.fail(failure);
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext ctx, Future<ContextRef> chosen) {
        if (!chosen.isSuccess()) {
            return;
        }
        SslHandler ssl = chosen.getNow().newHandler(ctx.alloc());
        // The whole handshake has a limit already.
        ssl.setHandshakeTimeoutMillis(0);
        boolean replaced = false;
        try {
            ctx.pipeline().replace(this, null, ssl);
            replaced = true;
        } finally {
            if (!replaced) {
                ReferenceCountUtil.safeRelease(ssl.engine());
            }
        }
    }
}
