package io.leasegate.h2;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;

/**
 * The connections of one event loop that have something to flush. A relay writes to many connections while it reads from one; each
 * is flushed once, at the end of the loop's turn. Used on its loop only.
 */
public final class FlushQueue implements Runnable {

    /** What can be flushed. Tracks itself whether it is in the queue. */
    public interface Flushable {
        void flushNow();
    }

    private final EventLoop loop;
    private final ArrayDeque<Flushable> dirty = new ArrayDeque<>();
    private boolean scheduled;

    public FlushQueue(EventLoop loop) {
        this.loop = loop;
    }

    public EventLoop eventLoop() {
        return loop;
    }

    /** Has {@code flushable} flushed after the I/O of this turn. The caller calls this once until it is flushed. */
    public void add(Flushable flushable) {
        dirty.add(flushable);
        if (!scheduled) {
            scheduled = true;
            loop.execute(this);
        }
    }

    @Override
    public void run() {
        scheduled = false;
        // What a flush makes dirty again waits for the next turn, so that one busy pair cannot hold the loop.
        for (int n = dirty.size(); n > 0; n--) {
            dirty.remove().flushNow();
        }
        if (!dirty.isEmpty() && !scheduled) {
            scheduled = true;
            loop.execute(this);
        }
    }
}
