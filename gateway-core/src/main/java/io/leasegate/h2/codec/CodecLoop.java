package io.leasegate.h2.codec;

import io.leasegate.h2.FlushQueue;
import io.leasegate.h2.H2Codec;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.H2ConnectionListener;
import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.QueuedBytes;
import io.leasegate.h2.hpack.BlockWriter;
import io.leasegate.h2.hpack.FieldInterner;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What the connections of one event loop share. Used on that loop. */
final class CodecLoop implements H2Codec.OnLoop {

    private static final long SWEEP_MILLIS = 1_000;

    private final FlushQueue flushQueue;
    private final QueuedBytes queuedBytes;
    private final FieldInterner interner = new FieldInterner();
    private final BlockWriter blockWriter = new BlockWriter();
    private final SharedReadBuffers readBuffers = new SharedReadBuffers();

    /** Connections whose peer owes something: a preface, an acknowledgement, the rest of a header section. */
    private final Set<RelayConnection> watched = new LinkedHashSet<>();

    private boolean sweeping;

    CodecLoop(FlushQueue flushQueue, QueuedBytes queuedBytes) {
        this.flushQueue = flushQueue;
        this.queuedBytes = queuedBytes;
    }

    FlushQueue flushQueue() {
        return flushQueue;
    }

    QueuedBytes queuedBytes() {
        return queuedBytes;
    }

    FieldInterner interner() {
        return interner;
    }

    BlockWriter blockWriter() {
        return blockWriter;
    }

    @Override
    public H2Connection serverConnection(Channel channel, ProtocolSettings settings, H2ConnectionListener listener) {
        return install(channel, new ServerConnection(this, channel, settings, listener));
    }

    @Override
    public H2Connection clientConnection(Channel channel, ProtocolSettings settings, H2ConnectionListener listener) {
        return install(channel, new ClientConnection(this, channel, settings, listener));
    }

    private H2Connection install(Channel channel, RelayConnection connection) {
        if (channel.pipeline().get(SslHandler.class) == null) {
            channel.config().setRecvByteBufAllocator(readBuffers);
        }
        channel.pipeline().addLast(connection);
        return connection;
    }

    @Override
    public void close() {
        readBuffers.release();
    }

    /** Has the connection looked at once a second until its peer owes nothing. */
    void watch(RelayConnection connection) {
        watched.add(connection);
        if (!sweeping) {
            sweeping = true;
            flushQueue.eventLoop().schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void sweep() {
        for (Iterator<RelayConnection> it = watched.iterator(); it.hasNext(); ) {
            if (!it.next().stillOwed()) {
                it.remove();
            }
        }
        sweeping = !watched.isEmpty();
        if (sweeping) {
            flushQueue.eventLoop().schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
