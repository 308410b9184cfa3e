package io.leasegate.testkit;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Both directions' flow-control windows of a connection: what we may send, and whether the other side kept to what it may. */
final class PeerWindows {

    private static final int DEFAULT_WINDOW = 65_535;

    private final Map<Integer, Long> send = new HashMap<>();
    private final Map<Integer, Long> receive = new HashMap<>();
    private final Map<Integer, Long> unreturned = new HashMap<>();
    private long initialSend = DEFAULT_WINDOW;
    private long initialReceive = DEFAULT_WINDOW;
    private String violation;

    PeerWindows() {
        send.put(0, (long) DEFAULT_WINDOW);
        receive.put(0, (long) DEFAULT_WINDOW);
    }

    /** The other side's INITIAL_WINDOW_SIZE: changes every stream's window, not the connection's (RFC 9113 section 6.9.2). */
    synchronized void peerInitialWindow(long bytes) {
        shift(send, bytes - initialSend);
        initialSend = bytes;
        notifyAll();
    }

    /** Our INITIAL_WINDOW_SIZE, once acknowledged. */
    synchronized void ownInitialWindow(long bytes) {
        shift(receive, bytes - initialReceive);
        initialReceive = bytes;
    }

    synchronized void windowUpdateReceived(int streamId, int increment) {
        send.merge(streamId, sendWindow(streamId) + increment, (old, now) -> now);
        notifyAll();
    }

    synchronized void windowUpdateSent(int streamId, int increment) {
        receive.merge(streamId, receiveWindow(streamId) + increment, (old, now) -> now);
    }

    synchronized void dataReceived(int streamId, int flowBytes) {
        charge(streamId, flowBytes);
        charge(0, flowBytes);
    }

    private void charge(int streamId, int bytes) {
        long left = receiveWindow(streamId) - bytes;
        receive.put(streamId, left);
        unreturned.merge(streamId, (long) bytes, Long::sum);
        if (left < 0 && violation == null) {
            violation = (streamId == 0 ? "the connection" : "stream " + streamId) + " got " + -left
                    + " bytes more than its window allowed";
        }
    }

    /** Bytes received and not given back; they count as given back from here on. */
    synchronized int takeUnreturned(int streamId) {
        Long bytes = unreturned.remove(streamId);
        return bytes == null ? 0 : bytes.intValue();
    }

    synchronized long receiveWindow(int streamId) {
        return receive.getOrDefault(streamId, initialReceive);
    }

    synchronized long sendWindow(int streamId) {
        return send.getOrDefault(streamId, initialSend);
    }

    synchronized void dataSent(int streamId, int flowBytes) {
        send.put(streamId, sendWindow(streamId) - flowBytes);
        send.put(0, sendWindow(0) - flowBytes);
    }

    /** Waits until at least one byte may be sent, then reserves up to the given number; 0 when the time is over first. */
    synchronized int reserve(int streamId, int wanted, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            long free = Math.min(sendWindow(streamId), sendWindow(0));
            if (free > 0) {
                int granted = (int) Math.min(free, wanted);
                dataSent(streamId, granted);
                return granted;
            }
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return 0;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }

    /** What the other side sent beyond a window, or null. */
    synchronized String violation() {
        return violation;
    }

    private static void shift(Map<Integer, Long> windows, long delta) {
        windows.replaceAll((id, window) -> id == 0 ? window : window + delta);
    }
}
