package io.leasegate.tls;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;

/**
 * Stands behind the {@code SslHandler} from the handshake on, and turns its errors into {@link TlsException}s: a peer that breaks TLS
 * is a lost connection and no defect. A server of TLS 1.3 may refuse our certificate when our side of the handshake is over. Stateless.
 */
@Sharable
final class SecuredErrors extends ChannelInboundHandlerAdapter {

    private final UnaryOperator<TlsException> wording;

    SecuredErrors(UnaryOperator<TlsException> wording) {
        this.wording = wording;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        boolean fromTls = cause instanceof SSLException
                || (cause instanceof DecoderException && cause.getCause() instanceof SSLException);
        ctx.fireExceptionCaught(fromTls ? wording.apply(TlsException.of(cause)) : cause);
    }
}
