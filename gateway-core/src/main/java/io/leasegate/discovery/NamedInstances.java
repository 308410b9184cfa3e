package io.leasegate.discovery;

import io.leasegate.discovery.NamedSettings.Family;
import io.leasegate.discovery.NamedSettings.Host;
import io.leasegate.discovery.NamedSettings.Name;
import io.leasegate.discovery.NamedSettings.Servers;
import io.leasegate.dns.DnsClient;
import io.leasegate.dns.DnsType;
import io.leasegate.dns.FollowedName;
import io.leasegate.dns.FollowedName.Knowledge;
import io.leasegate.dns.SrvRecord;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * One name of one service that is followed by DNS, and the instances that are found under it. What the listener is told comes from the
 * DNS client's event loop.
 */
final class NamedInstances {

    /** No server of the kind is there (RFC 2782: "a Target of "." means that the service is decidedly not available"). */
    private static final String NOT_AVAILABLE = "";

    /** What a look-up came to. Immutable. */
    record Result(List<Instance> instances, boolean answered, String absence, String trouble) {}

    /** Hears of each look-up. */
    @FunctionalInterface
    interface Listener {
        void onLookedUp(Result result);
    }

    static final String FORMAT = "dns";

    private final String service;
    private final Name name;
    private final DnsClient client;
    private final Listener listener;
    private Runnable close = () -> {};

    NamedInstances(String service, Name name, DnsClient client, Listener listener) {
        this.service = service;
        this.name = name;
        this.client = client;
        this.listener = listener;
    }

    String service() {
        return service;
    }

    /** The name as operators write it. */
    String shown() {
        return name.shown();
    }

    void start() {
        if (name instanceof Host host) {
            List<DnsType<InetAddress>> types = host.family() == Family.ANY
                    ? List.of(DnsType.A, DnsType.AAAA)
                    : List.of(host.family() == Family.IPV4 ? DnsType.A : DnsType.AAAA);
            follow(host.host(), types, addresses -> ofHost(host, addresses));
        } else if (name instanceof Servers servers) {
            follow(servers.name(), List.of(DnsType.SRV), this::ofServers);
        }
    }

    private <T> void follow(String asked, List<DnsType<T>> types, Function<List<T>, Collection<Instance>> reader) {
        FollowedName<T> followed =
                new FollowedName<>(client, asked, types, k -> listener.onLookedUp(result(k, reader)));
        close = () -> client.execute(followed::close);
        client.execute(followed::follow);
    }

    private static <T> Result result(Knowledge<T> k, Function<List<T>, Collection<Instance>> reader) {
        List<Instance> instances = List.copyOf(reader.apply(k.records()));
        String absence = instances.isEmpty() && !k.records().isEmpty()
                ? "the name says that the service is not available (its SRV record has no host and port)"
                : k.absence();
        return new Result(instances, k.answered(), absence, k.trouble());
    }

    private Collection<Instance> ofHost(Host host, List<InetAddress> addresses) {
        TreeMap<String, Instance> byAddress = new TreeMap<>();
        for (InetAddress a : addresses) {
            EndpointId id = new EndpointId(service, NetUtil.toAddressString(a), host.port());
            byAddress.put(id.address(), instance(id, host.weight()));
        }
        return byAddress.values();
    }

    /** Those with the lowest priority: the others are for the case that none of these works, which nobody can tell from here. */
    private Collection<Instance> ofServers(List<SrvRecord> records) {
        TreeMap<String, Instance> byAddress = new TreeMap<>();
        int lowest = records.stream()
                .min(Comparator.comparingInt(SrvRecord::priority))
                .map(SrvRecord::priority)
                .orElse(0);
        for (SrvRecord r : records) {
            if (r.priority() == lowest && !r.host().equals(NOT_AVAILABLE) && r.port() > 0) {
                EndpointId id = new EndpointId(service, r.host(), r.port());
                // A weight of 0 means "hardly ever" there and "never" here; many registrars write 0 for all.
                byAddress.put(id.address(), instance(id, Math.max(1, r.weight())));
            }
        }
        return byAddress.values();
    }

    private Instance instance(EndpointId id, long weight) {
        return new Instance(id, weight, name.version(), name.metadata(), false, FORMAT, name.shown(), 0, 0, 0);
    }

    void close() {
        close.run();
    }
}
