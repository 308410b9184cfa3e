package io.leasegate.h2.codec;

import io.leasegate.h2.Violation;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How long a socket has taken nothing while bytes wait for it: a peer that has stopped to read (CVE-2019-9517). A stream may be silent for
 * days, and a stream whose window is closed may wait for days; bytes that are with the socket are another matter. Counted in looks, one a
 * second, as {@link Patience} does. Used on the connection's event loop.
 */
final class SendPatience {

    private final Channel channel;
    private final int seconds;
    private int stuckSeconds;
    private int lastHead;
    private long lastProgressBytes;
    private long lastPendingBytes;

    /** @param seconds 0 for no limit */
    SendPatience(Channel channel, int seconds) {
        this.channel = channel;
        this.seconds = seconds;
    }

    /** Whether bytes wait for the socket, and not for ever. */
    boolean isWaiting() {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        return seconds > 0 && waiting != null && waiting.totalPendingWriteBytes() > 0;
    }

    /** Looks once; what the peer is to be told when it has taken nothing for too long, else null. */
    @Nullable
    ConnectionException look() {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        if (waiting == null || !isWaiting()) {
            stuckSeconds = 0;
            lastHead = 0;
            return null;
        }
        int head = System.identityHashCode(waiting.current());
        long progressBytes = waiting.currentProgress();
        long pendingBytes = waiting.totalPendingWriteBytes();
        // What is pending rises when we add to it; it falls only when the socket takes something.
        boolean stuck = head == lastHead && progressBytes == lastProgressBytes && pendingBytes >= lastPendingBytes;
        stuckSeconds = stuck ? stuckSeconds + 1 : 0;
        lastHead = head;
        lastProgressBytes = progressBytes;
        lastPendingBytes = pendingBytes;
        return stuckSeconds < seconds
                ? null
                : ConnectionException.calm(
                        Violation.WRITE_TIMEOUT,
                        "the peer took nothing of " + pendingBytes + " bytes for " + seconds + " s (write-timeout)");
    }
}
