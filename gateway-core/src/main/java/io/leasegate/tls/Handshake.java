package io.leasegate.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.internal.tcnative.SSL;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Stands behind the {@code SslHandler} until the handshake has ended: limits its time, tells its end, and lets nothing else through. Used
 * on the channel's event loop.
 */
@SuppressWarnings("NullAway.Init") // context is set when the handler is added, before anything else can happen
final class Handshake extends ChannelInboundHandlerAdapter {

    private final long timeoutMillis;
    private final boolean wantsIdentity;
    private final SecuredErrors errors;
    private final HandshakeListener listener;
    private final long startMillis = System.currentTimeMillis();
    private ChannelHandlerContext context;
    private Future<?> timer;
    private boolean ended;

    /**
     * @param timeoutMillis limit from the moment the handler is added
     * @param wantsIdentity whether the peer's certificate, where there is one, says who it is
     * @param errors takes this handler's place when the handshake is over
     */
    Handshake(long timeoutMillis, boolean wantsIdentity, SecuredErrors errors, HandshakeListener listener) {
        this.timeoutMillis = timeoutMillis;
        this.wantsIdentity = wantsIdentity;
        this.errors = errors;
        this.listener = listener;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        timer = ctx.executor()
                .schedule(
                        () -> fail(new TlsException(
                                TlsFailure.TIMEOUT, "the handshake was not over within " + timeoutMillis + " ms")),
                        timeoutMillis,
                        TimeUnit.MILLISECONDS);
    }

    /** Ends the handshake without success and closes the channel; does nothing when it has ended. */
    void fail(TlsException failure) {
        if (end()) {
            listener.onFailed(failure);
            context.close();
        }
    }

    private boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        timer.cancel(false);
        return true;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent completion)) {
            return;
        }
        if (!completion.isSuccess()) {
            fail(TlsException.of(completion.cause()));
            return;
        }
        SslHandler ssl = ctx.pipeline().get(SslHandler.class);
        try {
            requireHttp2(ssl.applicationProtocol());
            TlsPeer peer = peer(ssl.engine());
            if (end()) {
                listener.onSecured(peer);
                ctx.pipeline().replace(this, null, errors);
            }
        } catch (TlsException e) {
            fail(e);
        }
    }

    private static void requireHttp2(@Nullable String protocol) throws TlsException {
        if (!ApplicationProtocolNames.HTTP_2.equals(protocol)) {
            throw new TlsException(
                    TlsFailure.ALPN,
                    "HTTP/2 was not agreed on: ALPN chose " + (protocol == null ? "nothing" : protocol)
                            + " (expected h2)");
        }
    }

    private TlsPeer peer(SSLEngine engine) throws TlsException {
        SSLSession session = engine.getSession();
        X509Certificate certificate = wantsIdentity ? certificate(session) : null;
        return new TlsPeer(
                certificate == null ? null : new AsciiString(PeerIdentity.of(certificate)),
                session.getProtocol(),
                isResumed(engine, session));
    }

    private static @Nullable X509Certificate certificate(SSLSession session) throws TlsException {
        Certificate[] chain;
        try {
            chain = session.getPeerCertificates();
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
        if (!(chain[0] instanceof X509Certificate certificate)) {
            return null;
        }
        try {
            // A session that is taken up again is not verified again, and may outlive the certificate.
            certificate.checkValidity();
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            throw TlsException.of(e);
        }
        return certificate;
    }

    private boolean isResumed(SSLEngine engine, SSLSession session) {
        return engine instanceof ReferenceCountedOpenSslEngine counted
                ? SSL.isSessionReused(counted.sslPointer())
                : session.getCreationTime() < startMillis;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        // Only what a peer sends behind a handshake that has failed.
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(new TlsException(TlsFailure.CLOSED, "the peer closed the connection during the handshake"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException && TlsFailure.of(cause) == TlsFailure.CLOSED) {
            fail(new TlsException(
                    TlsFailure.CLOSED, "the connection was lost during the handshake: " + TlsFailure.words(cause)));
        } else {
            fail(TlsException.of(cause));
        }
        ctx.close();
    }
}
