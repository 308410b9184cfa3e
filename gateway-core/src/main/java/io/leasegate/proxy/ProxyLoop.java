package io.leasegate.proxy;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.filter.HeaderEdit;
import io.leasegate.h2.FlushQueue;
import io.leasegate.h2.H2Codec;
import io.leasegate.h2.H2Connection;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.leasegate.routing.HeaderChanges;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Everything that belongs to one event loop: its downstream connections, its upstream pools, its codec. A call and both its
 * streams never leave their loop, so nothing here is shared. Used on its loop, except for {@link #activeExchanges()}.
 */
final class ProxyLoop {

    private final int number;
    private final EventLoop eventLoop;
    private final H2Codec.OnLoop codec;
    private final GatewayContext gateway;
    private final IdentityHashMap<Endpoint, UpstreamPool> pools = new IdentityHashMap<>();
    private final Set<H2Connection> downstreams = new LinkedHashSet<>();
    private final IdentityHashMap<HeaderChanges.Edit, HeaderEdit> edits = new IdentityHashMap<>();
    private final AtomicInteger activeExchanges = new AtomicInteger();
    private final long requestIdSeed = ThreadLocalRandom.current().nextLong();
    private final ReplayBudget replayBudget = new ReplayBudget();
    private final BackgroundConnects backgroundConnects = new BackgroundConnects();
    private final HeaderBlock forwarded = new HeaderBlock(24);
    private long requestIdCount;
    private long randomState = ThreadLocalRandom.current().nextLong();
    private long shownRevision = -1;
    private @Nullable HeaderField revisionField;
    private @Nullable Runnable whenNoDownstream;
    private boolean draining;

    /** @param number of the loop among those of the gateway, from 0 */
    ProxyLoop(int number, EventLoop eventLoop, GatewayContext gateway) {
        this.number = number;
        this.eventLoop = eventLoop;
        this.codec = gateway.codec()
                .onLoop(new FlushQueue(eventLoop), gateway.queueGuard().newLoop());
        this.gateway = gateway;
    }

    int number() {
        return number;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    H2Codec.OnLoop codec() {
        return codec;
    }

    GatewayContext gateway() {
        return gateway;
    }

    BackgroundConnects backgroundConnects() {
        return backgroundConnects;
    }

    ReplayBudget replayBudget() {
        return replayBudget;
    }

    /** The connections to an endpoint, made at the first use. */
    UpstreamPool pool(Endpoint endpoint) {
        UpstreamPool pool = pools.get(endpoint);
        if (pool == null) {
            pool = new UpstreamPool(this, endpoint);
            if (endpoint.state() == EndpointState.DRAINING) {
                // Picked from an older table; nobody would ever retire what is made here.
                pool.retire();
            } else {
                pools.put(endpoint, pool);
            }
        }
        return pool;
    }

    /**
     * The endpoint is gone: its connections close when the calls in flight on them have ended.
     *
     * @param eviction is told when this loop sent it its last call
     */
    void retire(Endpoint endpoint, Eviction eviction) {
        UpstreamPool pool = pools.remove(endpoint);
        if (pool != null) {
            pool.retire();
            eviction.sentUntil(pool.lastCallNanos());
        }
        eviction.left();
    }

    /** No connection begins any more. */
    void beginDrain() {
        draining = true;
    }

    boolean isDraining() {
        return draining;
    }

    void addDownstream(H2Connection connection) {
        downstreams.add(connection);
    }

    void removeDownstream(H2Connection connection) {
        downstreams.remove(connection);
        if (downstreams.isEmpty() && whenNoDownstream != null) {
            whenNoDownstream.run();
            whenNoDownstream = null;
        }
    }

    /** Runs the task when the last downstream connection has closed, at once when there is none. */
    void whenNoDownstream(Runnable task) {
        if (downstreams.isEmpty()) {
            task.run();
        } else {
            whenNoDownstream = task;
        }
    }

    /** A copy, so that closing one may change the set. */
    List<H2Connection> downstreams() {
        return new ArrayList<>(downstreams);
    }

    List<UpstreamPool> pools() {
        return new ArrayList<>(pools.values());
    }

    /** The fields of a request in a block of the loop, which is the caller's until the next call: it is encoded in the same turn. */
    HeaderBlock copyForForwarding(HeaderBlock request) {
        forwarded.setAll(request);
        return forwarded;
    }

    /** A route's changes made ready, once for each loop. */
    HeaderEdit edit(HeaderChanges.Edit edit) {
        return edits.computeIfAbsent(edit, HeaderEdit::new);
    }

    void exchangeStarted() {
        activeExchanges.lazySet(activeExchanges.get() + 1);
    }

    void exchangeEnded() {
        activeExchanges.lazySet(activeExchanges.get() - 1);
    }

    /** Calls that have not ended. Safe from any thread. */
    int activeExchanges() {
        return activeExchanges.get();
    }

    /** A new id: 32 hexadecimal digits, a random part per loop and a count mixed over all bits. */
    AsciiString nextRequestId() {
        byte[] text = new byte[32];
        hex(requestIdSeed, text, 0);
        hex(mix(++requestIdCount + requestIdSeed), text, 16);
        return new AsciiString(text, false);
    }

    /** A revision as a trailer; the one that was asked for last is kept. */
    HeaderField revisionField(long revision) {
        HeaderField field = revisionField;
        if (field == null || revision != shownRevision) {
            shownRevision = revision;
            field = HeaderField.of(HeaderNames.X_LEASEGATE_REVISION, new AsciiString(Long.toString(revision)));
            revisionField = field;
        }
        return field;
    }

    /** 64 random bits: SplitMix64. */
    long random() {
        randomState += 0x9e3779b97f4a7c15L;
        return mix(randomState);
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): a bijection. */
    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    private static void hex(long value, byte[] out, int offset) {
        for (int i = 15; i >= 0; i--) {
            int nibble = (int) (value & 0xf);
            out[offset + i] = (byte) (nibble < 10 ? '0' + nibble : 'a' + nibble - 10);
            value >>>= 4;
        }
    }
}
