package io.leasegate.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The context that new handshakes use, exchanged while others are under way. Contexts of BoringSSL are counted: this holds one count,
 * and every connection one more, so an exchanged context goes with its last connection. Any thread.
 */
final class ContextRef {

    private final AtomicReference<@Nullable SslContext> current = new AtomicReference<>();

    boolean isEmpty() {
        return current.get() == null;
    }

    /** Takes over the context's count. */
    void replace(SslContext next) {
        ReferenceCountUtil.release(current.getAndSet(next));
    }

    void clear() {
        ReferenceCountUtil.release(current.getAndSet(null));
    }

    /** A handler for a server's connection. */
    SslHandler newHandler(ByteBufAllocator allocator) {
        SslContext context = retained();
        try {
            return context.newHandler(allocator);
        } finally {
            ReferenceCountUtil.release(context);
        }
    }

    /** A handler for a client's connection to a peer whose certificate must have the given name. */
    SslHandler newHandler(ByteBufAllocator allocator, String peerName, int peerPort) {
        SslContext context = retained();
        try {
            return context.newHandler(allocator, peerName, peerPort);
        } finally {
            ReferenceCountUtil.release(context);
        }
    }

    private SslContext retained() {
        while (true) {
            SslContext context = current.get();
            if (context == null) {
                throw new IllegalStateException("no TLS context");
            }
            try {
                return ReferenceCountUtil.retain(context);
            } catch (IllegalReferenceCountException e) {
                // Exchanged and freed since the line before; there is a newer one.
            }
        }
    }
}
