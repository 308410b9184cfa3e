package io.leasegate.proxy;

import io.leasegate.h2.QueuedBytes;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The bound of what all connections together hold for peers that do not take it. A call's own bound is the window that its sender was
 * given; this one holds for their sum. While it is exceeded, new calls are refused; calls in flight go on. Safe from any thread.
 */
final class QueueGuard {

    private final long limitBytes;
    private final List<QueuedBytes> loops = new CopyOnWriteArrayList<>();

    QueueGuard(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** The account of one more loop. */
    QueuedBytes newLoop() {
        QueuedBytes ofLoop = new QueuedBytes(() -> limitBytes - bytes());
        loops.add(ofLoop);
        return ofLoop;
    }

    /** What is held by now. */
    long bytes() {
        long sum = 0;
        for (int i = 0; i < loops.size(); i++) {
            sum += loops.get(i).get();
        }
        return sum;
    }

    boolean isExceeded() {
        return bytes() > limitBytes;
    }

    /** Whether it is time to give up what nobody waits for. */
    boolean isHalfUsed() {
        return bytes() > limitBytes / 2;
    }

    /** For who is refused. */
    String excess() {
        return "io.max-queued = " + limitBytes + " bytes reached: " + bytes()
                + " bytes wait for peers that read slowly";
    }
}
