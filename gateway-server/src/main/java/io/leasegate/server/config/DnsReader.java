package io.leasegate.server.config;

import io.leasegate.discovery.NamedSettings.Family;
import io.leasegate.discovery.NamedSettings.Host;
import io.leasegate.discovery.NamedSettings.Name;
import io.leasegate.discovery.NamedSettings.Servers;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code dns} and {@code discovery.dns}. */
final class DnsReader {

    private static final String SYSTEM = "system";

    private DnsReader() {}

    static DnsConfig lookUps(Section s) {
        DnsConfig dns = new DnsConfig(
                nameServers(s),
                s.get("timeout", ListenerReader.TIMER),
                s.get("min-interval", ListenerReader.TIMER),
                s.get("max-interval", ListenerReader.TIMER));
        Node max = s.find("max-interval");
        if (max != null
                && dns.maxInterval().compareTo(dns.minInterval()) < 0
                && !s.context().hasProblemUnder(s.path())) {
            max.unexpected("min-interval or more, which is " + dns.minInterval().toMillis() + "ms");
        }
        return dns;
    }

    private static List<InetSocketAddress> nameServers(Section s) {
        Node node = s.find("name-servers");
        if (node != null && node.isList()) {
            List<InetSocketAddress> servers = s.list("name-servers", Addresses.NAME_SERVER);
            if (servers.isEmpty()) {
                node.unexpected("at least one IP address, or " + SYSTEM);
            }
            return servers;
        }
        s.get(
                "name-servers",
                new Kind<>(
                        text -> {
                            if (!text.equals(SYSTEM)) {
                                throw new Unexpected(SYSTEM + ", or a list of IP addresses");
                            }
                            return text;
                        },
                        SYSTEM));
        return List.of();
    }

    /** The names by service. */
    static Map<String, List<Name>> services(Section s) {
        Node services = s.find("services");
        Map<String, List<Name>> byService = new LinkedHashMap<>();
        if (services == null) {
            return byService;
        }
        services.entries().forEach((service, node) -> {
            node.keyAs(service, Addresses.SERVICE);
            Set<String> seen = new HashSet<>();
            List<Name> names = new ArrayList<>();
            for (Node element : node.elements()) {
                Name name = element.isBlock() ? element.asBlock(DnsReader::name) : plain(element);
                names.add(name);
                if (!seen.add(name.shown()) && !element.context().hasProblemUnder(element.path())) {
                    element.wrong("is there twice in this service");
                }
            }
            byService.put(service, names);
        });
        return byService;
    }

    /** A text alone: with a port it is a host name, and what begins with an underscore has SRV records. */
    private static Name plain(Node element) {
        Kind<Name> kind = new Kind<>(
                text -> {
                    if (text.startsWith("_") && text.indexOf(':') < 0) {
                        return servers(Addresses.DNS_NAME.parser().parse(text), "", Map.of());
                    }
                    try {
                        return host(Addresses.NAME_AND_PORT.parser().parse(text), Family.ANY, 1, "", Map.of());
                    } catch (Unexpected e) {
                        throw new Unexpected(
                                e.expected() + ", or a name of SRV records such as _grpc._tcp.echo.internal");
                    }
                },
                servers("-", "", Map.of()));
        return element.as(kind);
    }

    private static Name name(Section s) {
        Node addressNode = s.find("address");
        Node srvNode = s.find("srv");
        String version = s.find("version", Kind.ANY_TEXT, "");
        Map<String, String> metadata = DiscoveryReader.metadata(s);
        Family family = s.find("family", Kind.choice(Family.class), Family.ANY);
        int weight = s.find("weight", Kind.integer(0, Integer.MAX_VALUE), 1);
        if (s.context().isCatalog()) {
            return servers("-", "", Map.of());
        }
        if (addressNode == null && srvNode == null) {
            s.missing("address", "expected a host name and port such as echo.internal:50051, or srv in its place");
        } else if (addressNode != null && srvNode != null) {
            s.problem("srv", "is there beside address (expected one of them)");
        }
        if (srvNode != null) {
            refuse(s.find("family"), "SRV records name hosts, whose addresses are all used");
            refuse(s.find("weight"), "SRV records have weights of their own");
            return servers(srvNode.as(Addresses.DNS_NAME), version, metadata);
        }
        return addressNode == null
                ? servers("-", version, metadata)
                : host(addressNode.as(Addresses.NAME_AND_PORT), family, weight, version, metadata);
    }

    private static void refuse(@Nullable Node node, String why) {
        if (node != null) {
            node.wrong("goes with address, not with srv: " + why);
        }
    }

    private static Host host(
            Addresses.HostPort address, Family family, int weight, String version, Map<String, String> metadata) {
        return new Host(address.host(), address.port(), family, weight, version, metadata);
    }

    private static Servers servers(String name, String version, Map<String, String> metadata) {
        return new Servers(name, version, metadata);
    }
}
