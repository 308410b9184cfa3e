package io.leasegate.testkit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What a peer has received: everything in its order, and two views that expectations take from. HEADERS, DATA, RST_STREAM and
 * PUSH_PROMISE wait in a queue per stream, in order; all other frames wait in one list and are taken by what they are.
 */
final class FrameLog {

    private final List<RawFrame> all = new ArrayList<>();
    private final Map<Integer, Deque<RawFrame>> streams = new HashMap<>();
    private final List<RawFrame> others = new ArrayList<>();
    private String closed;
    private long closedNanos;

    synchronized void add(RawFrame f) {
        all.add(f);
        switch (f.type()) {
            case RawFrame.DATA, RawFrame.HEADERS, RawFrame.RST_STREAM, RawFrame.PUSH_PROMISE ->
                streams.computeIfAbsent(f.streamId(), id -> new ArrayDeque<>()).add(f);
            default -> others.add(f);
        }
        notifyAll();
    }

    synchronized void close(String reason) {
        if (closed == null) {
            closed = reason;
            closedNanos = System.nanoTime();
        }
        notifyAll();
    }

    /** Takes the next frame of a stream. */
    synchronized RawFrame next(int streamId, String expected, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            Deque<RawFrame> queue = streams.get(streamId);
            if (queue != null && !queue.isEmpty()) {
                return queue.remove();
            }
            waitOrFail("stream " + streamId + ": " + expected, end, limit);
        }
    }

    /** The next frame of a stream if it is there within the time, else null. It stays in the queue. */
    synchronized RawFrame peek(int streamId, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            Deque<RawFrame> queue = streams.get(streamId);
            if (queue != null && !queue.isEmpty()) {
                return queue.peek();
            }
            if (closed != null || !waitUntil(end)) {
                return null;
            }
        }
    }

    /** Takes the first frame of the connection, or WINDOW_UPDATE of a stream, that fits. */
    synchronized RawFrame take(Predicate<RawFrame> fits, String expected, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            for (int i = 0; i < others.size(); i++) {
                if (fits.test(others.get(i))) {
                    return others.remove(i);
                }
            }
            waitOrFail(expected, end, limit);
        }
    }

    /** Waits for the connection's end; the answer says how it came. */
    synchronized String awaitClosed(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (closed == null) {
            if (!waitUntil(end)) {
                throw new AssertionError(
                        "expected the connection to be closed within " + limit.toMillis() + " ms" + history());
            }
        }
        return closed;
    }

    synchronized boolean isClosed() {
        return closed != null;
    }

    synchronized long closedNanos() {
        return closedNanos;
    }

    synchronized List<RawFrame> all() {
        return List.copyOf(all);
    }

    private void waitOrFail(String expected, long end, Duration limit) {
        if (closed != null) {
            throw new AssertionError("expected " + expected + ", but the connection ended: " + closed + history());
        }
        if (!waitUntil(end)) {
            throw new AssertionError("expected " + expected + " within " + limit.toMillis() + " ms" + history());
        }
    }

    /** One wait of the callers' loops. */
    @SuppressWarnings("WaitNotInLoop")
    private boolean waitUntil(long endNanos) {
        long left = (endNanos - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            return false;
        }
        try {
            wait(left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return true;
    }

    private String history() {
        StringBuilder s = new StringBuilder("; received:");
        int from = Math.max(0, all.size() - 40);
        if (from > 0) {
            s.append("\n  … ").append(from).append(" frames before");
        }
        for (RawFrame f : all.subList(from, all.size())) {
            s.append("\n  ").append(f);
        }
        return all.isEmpty() ? s.append(" nothing").toString() : s.toString();
    }
}
