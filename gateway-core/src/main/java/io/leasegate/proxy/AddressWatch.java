package io.leasegate.proxy;

import io.leasegate.endpoint.EndpointId;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows the host name of a pool's endpoint for as long as there are connections, and finds those that lead to an address that the
 * name does not have any more. Used on the pool's loop only.
 */
final class AddressWatch {

    private final ProxyLoop loop;
    private final EndpointId id;
    private final boolean byName;
    private final boolean follows;
    private final List<UpstreamConnection> connections;
    private HostNames.@Nullable Following following;
    /** The addresses by the last answer; null before the first one. */
    private @Nullable Set<InetAddress> addresses;

    /**
     * @param byName whether the endpoint is registered by a host name; nothing happens otherwise
     * @param follows whether the name is to be followed
     * @param connections those of the pool that take calls, which it keeps up to date
     */
    AddressWatch(ProxyLoop loop, EndpointId id, boolean byName, boolean follows, List<UpstreamConnection> connections) {
        this.loop = loop;
        this.id = id;
        this.byName = byName;
        this.follows = follows;
        this.connections = connections;
    }

    private HostNames names() {
        return loop.gateway().hostNames();
    }

    /** Why connections are left. */
    String reason() {
        return "its host name " + id.host() + " leads to other addresses";
    }

    /** No connection could be made, or one was lost: what is known of the name may be what led there. */
    void forget() {
        if (byName) {
            names().forget(id.host());
        }
    }

    /** A connection is ready. */
    void onReady(UpstreamConnection connection) {
        if (!byName || !follows) {
            return;
        }
        if (following == null) {
            following = names().follow(loop.eventLoop(), id.host(), this::onAddresses);
        }
        check(connection);
    }

    /** A connection takes no more calls. */
    void onGone() {
        if (connections.isEmpty()) {
            stop();
        }
    }

    void stop() {
        if (following != null) {
            following.stop();
            following = null;
            addresses = null;
        }
    }

    private void onAddresses(Set<InetAddress> newAddresses) {
        if (following != null) {
            addresses = newAddresses;
            List.copyOf(connections).forEach(this::check);
        }
    }

    private void check(UpstreamConnection connection) {
        Set<InetAddress> known = addresses;
        InetAddress remote = connection.remoteAddress();
        if (known != null && remote != null && !known.contains(remote)) {
            connection.onMoved();
        }
    }
}
