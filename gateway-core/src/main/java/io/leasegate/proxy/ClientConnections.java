package io.leasegate.proxy;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Who is connected to one listener, and who may connect. Connections of one client spread over all event loops, so this is shared by them;
 * it is touched when a connection comes and when it goes, and at no other time.
 */
final class ClientConnections {

    /** In no IPv6 unicast prefix (RFC 4291 section 2.4), so that an IPv4 address is no /64. */
    private static final long IPV4 = 0xffff_ffff_0000_0000L;

    /** The connections of one second, by address. */
    private record Second(long number, ConcurrentMap<Long, Integer> begun) {}

    private final ConnectionLimits limits;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentMap<Long, Integer> openByAddress = new ConcurrentHashMap<>();
    private final AtomicReference<Second> second = new AtomicReference<>(new Second(0, new ConcurrentHashMap<>()));

    ClientConnections(ConnectionLimits limits) {
        this.limits = limits;
    }

    /** What counts as one client; null where there is no address. */
    static @Nullable Long client(@Nullable SocketAddress remote) {
        InetAddress address = remote instanceof InetSocketAddress inet ? inet.getAddress() : null;
        if (address == null) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.remaining() == 4 ? IPV4 | (bytes.getInt() & 0xffff_ffffL) : bytes.getLong();
    }

    /** Counts a new connection; null when it may stay, and then {@link #closed} must follow. */
    @Nullable
    ConnectionRefusal opened(@Nullable Long client, long nowNanos) {
        if (client != null && limits.ratePerAddress() > 0 && begun(client, nowNanos) > limits.ratePerAddress()) {
            return ConnectionRefusal.RATE_PER_ADDRESS;
        }
        if (open.incrementAndGet() > limits.max() && limits.max() > 0) {
            open.decrementAndGet();
            return ConnectionRefusal.MAX;
        }
        if (client != null && limits.maxPerAddress() > 0) {
            if (openByAddress.merge(client, 1, Integer::sum) > limits.maxPerAddress()) {
                closed(client);
                return ConnectionRefusal.MAX_PER_ADDRESS;
            }
        }
        return null;
    }

    private int begun(Long client, long nowNanos) {
        long number = TimeUnit.NANOSECONDS.toSeconds(nowNanos);
        Second s = requireNonNull(second.updateAndGet(
                last -> last.number == number ? last : new Second(number, new ConcurrentHashMap<>())));
        return s.begun.merge(client, 1, Integer::sum);
    }

    void closed(@Nullable Long client) {
        open.decrementAndGet();
        if (client != null && limits.maxPerAddress() > 0) {
            openByAddress.computeIfPresent(client, (c, n) -> n == 1 ? null : n - 1);
        }
    }

    int open() {
        return open.get();
    }

    /** Addresses that are remembered. */
    int addresses() {
        return openByAddress.size();
    }

    /** What was refused, for a log. */
    String describe(ConnectionRefusal refusal) {
        return switch (refusal) {
            case MAX -> "the listener has connections.max = " + limits.max() + " open connections";
            case MAX_PER_ADDRESS ->
                "the client has connections.max-per-address = " + limits.maxPerAddress() + " open connections";
            case RATE_PER_ADDRESS ->
                "the client made more than connections.rate-per-address = " + limits.ratePerAddress()
                        + " connections within a second";
            case ACCEPT_FAILED -> "the system gives no connection";
        };
    }
}
