package io.leasegate.proxy;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How much the connections of one pool can carry: which of them takes the next call, when one more is needed, and when fewer would
 * do. How many streams the instance allows on a connection is learned when one is full. Used on the pool's loop only.
 */
final class StreamCapacity {

    private final EventLoop loop;
    private final UpstreamSettings settings;
    private final List<UpstreamConnection> connections;
    private final IntConsumer onSurplus;
    /** Streams that a connection carries at most; 0 while none has been full. */
    private int streamLimit;

    private int streams;
    private int peakStreams;
    private @Nullable Future<?> timer;

    /**
     * @param connections those that take calls; the pool changes the list
     * @param onSurplus hears now and then how many connections were not needed
     */
    StreamCapacity(
            EventLoop loop, UpstreamSettings settings, List<UpstreamConnection> connections, IntConsumer onSurplus) {
        this.loop = loop;
        this.settings = settings;
        this.connections = connections;
        this.onSurplus = onSurplus;
    }

    /** The connection with the fewest streams that can open one more; null when none can. One that is to be replaced comes last. */
    @Nullable
    UpstreamConnection leastLoaded() {
        UpstreamConnection best = null;
        int least = Integer.MAX_VALUE;
        int all = 0;
        int mostOnFull = -1;
        for (int i = 0; i < connections.size(); i++) {
            UpstreamConnection c = connections.get(i);
            int n = c.activeStreams();
            all += n;
            if (c.canOpenStream()) {
                if (best == null || isBetter(c, n, best, least)) {
                    best = c;
                    least = n;
                }
            } else if (c.isUsable()) {
                mostOnFull = Math.max(mostOnFull, n);
            }
        }
        streams = all;
        if (best == null && mostOnFull >= 0) {
            streamLimit = Math.max(1, mostOnFull);
        }
        return best;
    }

    private static boolean isBetter(UpstreamConnection c, int streams, UpstreamConnection than, int itsStreams) {
        boolean worn = c.worn() != null;
        boolean itIsWorn = than.worn() != null;
        return worn == itIsWorn ? streams < itsStreams : itIsWorn;
    }

    /** A call was given the connection. */
    void onGiven(UpstreamConnection c) {
        streams++;
        peakStreams = Math.max(peakStreams, streams);
        int n = c.activeStreams();
        boolean full = n > 0 && c.isUsable() && !c.canOpenStream();
        if (full || (streamLimit > 0 && n > streamLimit)) {
            streamLimit = n;
        }
        if (timer == null && connections.size() > 1) {
            lookForSurplusLater();
        }
    }

    /** Whether less than a tenth of the streams is free, so that the next connection should be on its way. */
    boolean isNearlyUsedUp() {
        if (streamLimit == 0) {
            return false;
        }
        long all = (long) streamLimit * connections.size();
        return all - streams <= all / 10;
    }

    /** How many more connections are needed for this many calls that wait, and for those that will come. */
    int connectionsFor(int waiting) {
        if (waiting > 0) {
            return streamLimit == 0 ? 1 : (waiting + streamLimit - 1) / streamLimit;
        }
        return !connections.isEmpty() && isNearlyUsedUp() ? 1 : 0;
    }

    private void lookForSurplusLater() {
        long idleMillis = settings.life().idleMillis();
        if (idleMillis > 0) {
            timer = loop.schedule(this::lookForSurplus, idleMillis, TimeUnit.MILLISECONDS);
        }
    }

    /** Calls are spread over all connections, so that none of them is idle by itself while there are some calls. */
    private void lookForSurplus() {
        timer = null;
        if (streamLimit > 0) {
            // A quarter is left free, else the next connection would be on its way again soon.
            long needed = Math.max(1, (peakStreams * 4L + 3L * streamLimit - 1) / (3L * streamLimit));
            int surplus = (int) Math.max(0, connections.size() - needed);
            if (surplus > 0) {
                onSurplus.accept(surplus);
            }
        }
        peakStreams = 0;
        for (UpstreamConnection c : connections) {
            peakStreams += c.activeStreams();
        }
        if (connections.size() > 1) {
            lookForSurplusLater();
        }
    }

    void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
