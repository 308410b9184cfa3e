package io.leasegate.server;

import io.leasegate.discovery.DiscoveryListener;
import io.leasegate.discovery.Refusal;
import io.leasegate.discovery.SourceRead;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.routing.Collision;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what discovery does into the log and the metrics. Called on the control thread. */
final class DiscoveryEvents implements DiscoveryListener {

    private static final Logger LOG = LoggerFactory.getLogger(DiscoveryEvents.class);
    private static final long REPEAT_NANOS = 60_000_000_000L;

    private final LongConsumer evictionNanos;
    private final Consumer<String> held;
    private final BiConsumer<String, String> sourceReads;
    private final RepeatLimit collisions = new RepeatLimit(10, TimeUnit.MINUTES);
    private String lastReason = "";
    private long lastLoggedNanos;

    /**
     * @param held is told the cause when instances are held
     * @param sourceReads is told the source and the result when one beside etcd was read
     */
    DiscoveryEvents(LongConsumer evictionNanos, Consumer<String> held, BiConsumer<String, String> sourceReads) {
        this.evictionNanos = evictionNanos;
        this.held = held;
        this.sourceReads = sourceReads;
    }

    @Override
    public void onEvicted(long nanos) {
        evictionNanos.accept(nanos);
    }

    @Override
    public void onHeld(String registry, String cause, String service, int instances) {
        held.accept(cause);
        LOG.warn(
                "{} seems to be sick: {} instances of {} vanished that still answer or may do so; they are held and used until"
                        + " they register again or are found dead (cause: {}; discovery.{}.hold, /api/services has them)",
                registry,
                instances,
                service.isEmpty() ? "all services" : "service " + service,
                cause,
                registry);
    }

    @Override
    public void onReleased(String registry, EndpointId endpoint, String why) {
        LOG.info("service {}, instance {}: no longer held: {}", endpoint.service(), endpoint.address(), why);
    }

    @Override
    public void onRestored(String registry, int instances, long savedEpochMillis) {
        LOG.warn(
                "{} is away and was not read yet: the table that was saved at {} stands in for it, with {} instances",
                registry,
                Instant.ofEpochMilli(savedEpochMillis),
                instances);
    }

    @Override
    public void onCollision(Collision collision) {
        if (collisions.pass(collision.grpcService(), System.nanoTime()) != RepeatLimit.SILENT) {
            LOG.warn(
                    "the gRPC service {} is offered by instances of several services, {}: calls for it go to {}, the first in alphabetical order"
                            + " (a route, or a service registered under that name, would lead them elsewhere)",
                    collision.grpcService(),
                    String.join(", ", collision.services()),
                    collision.services().get(0));
        }
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
    public void onSourceRead(String source, SourceRead result) {
        sourceReads.accept(source, result.name().toLowerCase(Locale.ROOT));
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
