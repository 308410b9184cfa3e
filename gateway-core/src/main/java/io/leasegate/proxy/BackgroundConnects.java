package io.leasegate.proxy;

import java.util.ArrayDeque;

/**
 * Bounds how many connections one event loop opens at a time on behalf of health checking: thousands of instances that appear at once
 * must not open thousands of sockets at once. Connections that a call waits for are not held up by it. Used on its loop only.
 */
final class BackgroundConnects {

    private static final int MAX_AT_A_TIME = 64;

    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int running;
    private boolean draining;

    /** Runs the attempt now or when its turn comes. Whoever makes it calls {@link #ended} once it is over, however it ended. */
    void submit(Runnable attempt) {
        waiting.add(attempt);
        runWaiting();
    }

    void ended() {
        running--;
        runWaiting();
    }

    private void runWaiting() {
        if (draining) {
            // An attempt that ended at once: the loop below goes on, so that thousands of them do not pile up on the
            // stack.
            return;
        }
        draining = true;
        try {
            while (running < MAX_AT_A_TIME && !waiting.isEmpty()) {
                running++;
                waiting.remove().run();
            }
        } finally {
            draining = false;
        }
    }

    /** Attempts that wait for their turn. */
    int waiting() {
        return waiting.size();
    }
}
