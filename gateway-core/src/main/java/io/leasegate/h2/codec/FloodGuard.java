package io.leasegate.h2.codec;

import io.leasegate.h2.ProtocolSettings.Floods;
import io.leasegate.h2.Violation;
import java.util.concurrent.TimeUnit;

/**
 * Counts what a peer can do at no cost to itself: resets (CVE-2023-44487), streams that it makes us reset (CVE-2025-8671), and frames
 * that move nothing (CVE-2019-9512, -9513, -9515, -9516, -9518). Used on the connection's event loop.
 *
 * <p>Each count is for a span of time: reaching the limit within it is a flood, reaching it later begins a new span. Frames that carry
 * something pay for a number of useless ones, since real clients send PINGs and window updates beside their data (the bandwidth
 * estimator of gRPC sends one PING per round trip).
 */
final class FloodGuard {

    private static final int USELESS_PER_USEFUL_FRAME = 10;
    private static final int MAX_CONTINUATIONS = 1_000;
    private static final int MAX_UNSENT_REPLIES = 10_000;

    private final Floods limits;
    private final int maxResets;

    private int resets;
    private long resetsSince;
    private int useless;
    private long uselessSince;
    private int continuations;
    private int unsentReplies;

    /** The limit of resets is for clients: an instance that resets many calls must not cost us its connection. */
    FloodGuard(Floods limits, boolean ofClient) {
        this.limits = limits;
        maxResets = ofClient ? limits.maxResets() : 0;
        resetsSince = System.nanoTime();
        uselessSince = resetsSince;
    }

    /** The peer reset a stream, or made us reset one. */
    void reset() throws ConnectionException {
        if (maxResets > 0 && ++resets > maxResets) {
            long now = System.nanoTime();
            if (now - resetsSince < TimeUnit.SECONDS.toNanos(limits.resetSeconds())) {
                throw ConnectionException.calm(
                        Violation.RAPID_RESET,
                        "too many reset streams: more than " + maxResets + " within " + limits.resetSeconds()
                                + " s (rapid-reset.max)");
            }
            resets = 1;
            resetsSince = now;
        }
    }

    /** A frame that moves nothing. */
    void useless() throws ConnectionException {
        if (++useless > limits.maxUselessFrames()) {
            long now = System.nanoTime();
            if (now - uselessSince < TimeUnit.SECONDS.toNanos(limits.uselessSeconds())) {
                throw ConnectionException.calm(
                        Violation.FRAME_FLOOD,
                        "too many frames without content: more than " + limits.maxUselessFrames() + " within "
                                + limits.uselessSeconds() + " s (frame-flood.max)");
            }
            useless = 1;
            uselessSince = now;
        }
    }

    /** A frame that carries something, in either direction. */
    void useful() {
        if (useless > 0) {
            useless = Math.max(0, useless - USELESS_PER_USEFUL_FRAME);
        }
    }

    void sectionBegins() {
        continuations = 0;
    }

    /** A CONTINUATION frame (CVE-2024-27316); small ones count as useless besides. */
    void continuation(int payloadBytes) throws ConnectionException {
        if (++continuations > MAX_CONTINUATIONS) {
            throw ConnectionException.calm(
                    Violation.CONTINUATION_FLOOD, "a header section in more than " + MAX_CONTINUATIONS + " frames");
        }
        if (payloadBytes < 64) {
            useless();
        }
    }

    /** A frame asks for an answer (PING, SETTINGS) while the peer takes none. */
    void unsentReply() throws ConnectionException {
        if (++unsentReplies > MAX_UNSENT_REPLIES) {
            throw ConnectionException.calm(
                    Violation.UNREAD_ANSWERS, "the peer asks for answers and does not read them");
        }
    }

    /** The socket takes bytes again. */
    void repliesSent() {
        unsentReplies = 0;
    }
}
