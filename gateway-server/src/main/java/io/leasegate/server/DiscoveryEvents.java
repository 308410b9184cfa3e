package io.leasegate.server;

import io.leasegate.discovery.DiscoveryListener;
import io.leasegate.discovery.Refusal;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what discovery does into the log and the metrics. Called on the control thread. */
final class DiscoveryEvents implements DiscoveryListener {

    private static final Logger LOG = LoggerFactory.getLogger(DiscoveryEvents.class);
    private static final long REPEAT_NANOS = 60_000_000_000L;

    private final LongConsumer evictionNanos;
    private String lastReason = "";
    private long lastLoggedNanos;

    DiscoveryEvents(LongConsumer evictionNanos) {
        this.evictionNanos = evictionNanos;
    }

    @Override
    public void onEvicted(long nanos) {
        evictionNanos.accept(nanos);
    }

    @Override
    public void onRefused(Refusal refusal) {
        if (refusal.kind() == Refusal.Kind.MALFORMED) {
            LOG.warn(
                    "registration {} is refused: {}{}",
                    refusal.key(),
                    refusal.reason(),
                    refusal.previousKept() ? "; its previous value stays in force" : "");
        }
    }

    @Override
    public void onListed(String registry) {
        lastReason = "";
        LOG.info("{}: everything is read; its changes are followed", registry);
    }

    /** The same trouble is told once a minute: it is tried again about every second. */
    @Override
    public void onDisconnected(String registry, String reason) {
        long now = System.nanoTime();
        if (!reason.equals(lastReason) || now - lastLoggedNanos > REPEAT_NANOS) {
            lastReason = reason;
            lastLoggedNanos = now;
            LOG.warn("{} is not followed by now, the last table stays in force: {}", registry, reason);
        }
    }
}
