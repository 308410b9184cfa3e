package io.leasegate.discovery;

import io.leasegate.dns.DnsSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Names that instances are found under by DNS. Immutable.
 *
 * @param services the names by the name of their service
 * @param dns how they are looked up
 */
public record NamedSettings(Map<String, List<Name>> services, DnsSettings dns) {

    public NamedSettings {
        Map<String, List<Name>> copy = new HashMap<>();
        services.forEach((service, names) -> copy.put(service, List.copyOf(names)));
        services = Map.copyOf(copy);
    }

    /** Which addresses of a name count. */
    public enum Family {
        ANY,
        IPV4,
        IPV6
    }

    /** A name, and what is to be known of all instances that are found under it. */
    public sealed interface Name {

        /** The name and, where it is not part of the answer, the port, as operators write it. */
        String shown();

        String version();

        Map<String, String> metadata();
    }

    /**
     * A host name: each of its addresses is an instance.
     *
     * @param host the name, not an IP address
     * @param port where instances listen, 1 to 65535
     * @param family which addresses count
     * @param weight of each instance, 0 or more
     */
    public record Host(String host, int port, Family family, long weight, String version, Map<String, String> metadata)
            implements Name {

        public Host {
            metadata = Map.copyOf(metadata);
        }

        @Override
        public String shown() {
            return host + ":" + port;
        }
    }

    /**
     * A name with SRV records: each of those with the lowest priority is an instance.
     *
     * @param name the name, such as {@code _grpc._tcp.greeter.internal}
     */
    public record Servers(String name, String version, Map<String, String> metadata) implements Name {

        public Servers {
            metadata = Map.copyOf(metadata);
        }

        @Override
        public String shown() {
            return name;
        }
    }
}
