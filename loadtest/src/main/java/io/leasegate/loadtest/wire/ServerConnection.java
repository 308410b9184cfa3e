package io.leasegate.loadtest.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/** The accepting side of a connection, up to the client's preface. Used on its event loop. */
abstract class ServerConnection extends FrameConnection {

    static final HeaderField OK = new HeaderField(":status", "200");
    static final HeaderField CONTENT_TYPE = new HeaderField("content-type", "application/grpc");
    static final HeaderField GRPC_OK = new HeaderField("grpc-status", "0");
    static final HeaderField GRPC_UNIMPLEMENTED = new HeaderField("grpc-status", "12");

    private static final int PREFACE_BYTES = 24;

    private int prefaceLeft;

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (ctx.pipeline().get(SslHandler.class) == null) {
            expectPreface(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                expectPreface(ctx);
            } else {
                ctx.close();
            }
        }
    }

    private void expectPreface(ChannelHandlerContext ctx) {
        prefaceLeft = PREFACE_BYTES;
        begin(ctx, false);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (prefaceLeft > 0) {
            ByteBuf in = (ByteBuf) msg;
            int bytes = Math.min(prefaceLeft, in.readableBytes());
            in.skipBytes(bytes);
            prefaceLeft -= bytes;
        }
        super.channelRead(ctx, msg);
    }

    @Override
    protected void onSettings() {
        // Nothing waits for them.
    }
}
