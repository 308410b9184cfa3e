package io.leasegate.registrar;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says what a {@link Registrar} registers and where. Needed are {@link #endpoints}, {@link #service} and {@link #address}; the rest has
 * defaults. Not safe for use by several threads at once.
 */
public final class RegistrarBuilder {

    /** etcd's own limit of a lease. */
    private static final long LONGEST_TTL_SECONDS = 9_000_000_000L;

    private static final Duration SHORTEST_TTL = Duration.ofSeconds(2);
    private static final Duration SHORTEST_DIAL_TIMEOUT = Duration.ofMillis(100);
    private static final Duration LONGEST_DIAL_TIMEOUT = Duration.ofMinutes(1);

    private List<String> endpoints = List.of();
    private RegistrarSettings.@Nullable Credentials credentials;
    private @Nullable EtcdTls tls;
    private String service = "";
    private String address = "";
    private String version = "";
    private long weight = 1;
    private Duration ttl = Duration.ofSeconds(10);
    private Duration dialTimeout = Duration.ofSeconds(3);

    RegistrarBuilder() {}

    /**
     * The members of the etcd cluster, each {@code http://host:port}, {@code https://host:port} or {@code host:port}; without a scheme
     * it is https if {@link #tls} is set. One is used at a time, the next one when it fails.
     */
    public RegistrarBuilder endpoints(String... members) {
        return endpoints(List.of(members));
    }

    /** As {@link #endpoints(String...)}. */
    public RegistrarBuilder endpoints(List<String> members) {
        endpoints = List.copyOf(members);
        return this;
    }

    /** The etcd user to authenticate as; default none. An etcd without authentication ignores it. */
    public RegistrarBuilder credentials(String user, String password) {
        credentials =
                new RegistrarSettings.Credentials(requireNonNull(user, "user"), requireNonNull(password, "password"));
        return this;
    }

    /** How to speak TLS with etcd; default for https endpoints {@link EtcdTls#systemTrust()}. */
    public RegistrarBuilder tls(EtcdTls settings) {
        tls = requireNonNull(settings, "settings");
        return this;
    }

    /** The service's name, without {@code /}. */
    public RegistrarBuilder service(String name) {
        service = requireNonNull(name, "name");
        return this;
    }

    /**
     * Where gateways reach this instance: {@code host:port}, an IPv6 host in brackets. Port 0 is for {@link RegisteredServer}, which
     * puts the server's port in its place.
     */
    public RegistrarBuilder address(String hostAndPort) {
        address = requireNonNull(hostAndPort, "hostAndPort");
        return this;
    }

    /** The instance's version, without {@code /}; default empty, which is none. */
    public RegistrarBuilder version(String text) {
        version = requireNonNull(text, "text");
        return this;
    }

    /** The share of calls relative to the other instances, 0 or more; default 1. */
    public RegistrarBuilder weight(long share) {
        weight = share;
        return this;
    }

    /**
     * How long the registration outlives a process that dies without a word: whole seconds, 2 s or more; default 10 s. The lease is
     * renewed three times in it. etcd raises what is under its own minimum, 1.5 election timeouts: 2 s unless configured otherwise.
     */
    public RegistrarBuilder ttl(Duration lifetime) {
        ttl = requireNonNull(lifetime, "lifetime");
        return this;
    }

    /** The longest that one call to etcd may take with its connecting, and that {@link Registrar#close()} tries; default 3 s. */
    public RegistrarBuilder dialTimeout(Duration limit) {
        dialTimeout = requireNonNull(limit, "limit");
        return this;
    }

    /**
     * Makes the registrar, not yet started.
     *
     * @throws IllegalArgumentException if anything is missing or not as expected; the message lists all mistakes, one a line
     */
    public Registrar build() {
        return new Registrar(settings(false));
    }

    /** A builder with the same settings and another address. */
    RegistrarBuilder withAddress(String hostAndPort) {
        RegistrarBuilder copy = new RegistrarBuilder();
        copy.endpoints = endpoints;
        copy.credentials = credentials;
        copy.tls = tls;
        copy.service = service;
        copy.address = hostAndPort;
        copy.version = version;
        copy.weight = weight;
        copy.ttl = ttl;
        copy.dialTimeout = dialTimeout;
        return copy;
    }

    String address() {
        return address;
    }

    static void requireWeight(long weight) {
        if (weight < 0) {
            throw new IllegalArgumentException("weight: " + weight + " (expected 0 or more)");
        }
    }

    /** Checks everything and gives the result; port 0 is a mistake unless the server's port comes in its place later. */
    RegistrarSettings settings(boolean portZeroAllowed) {
        List<String> mistakes = new ArrayList<>();
        InstanceRules.checkName("service", service, true, mistakes);
        InstanceRules.checkAddress(address, portZeroAllowed, mistakes);
        InstanceRules.checkName("version", version, false, mistakes);
        if (weight < 0) {
            mistakes.add("weight: " + weight + " (expected 0 or more)");
        }
        checkDurations(mistakes);
        if (credentials != null && credentials.user().isEmpty()) {
            mistakes.add("credentials: the user is empty (expected the name of an etcd user)");
        }
        List<EtcdEndpoint> members = checkEndpoints(mistakes);
        checkTls(members, mistakes);
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("This registration cannot work:\n  " + String.join("\n  ", mistakes));
        }
        ServiceInstance instance = new ServiceInstance(service, address, version, weight);
        return new RegistrarSettings(List.copyOf(members), credentials, tls, instance, ttl, dialTimeout);
    }

    private void checkDurations(List<String> mistakes) {
        if (ttl.compareTo(SHORTEST_TTL) < 0 || ttl.toSeconds() > LONGEST_TTL_SECONDS || ttl.toNanosPart() != 0) {
            mistakes.add(
                    "ttl: " + ttl + " (expected whole seconds, 2 s or more: etcd counts leases in seconds and raises"
                            + " shorter ones to its minimum, 2 s with its default election timeout)");
        }
        if (dialTimeout.compareTo(SHORTEST_DIAL_TIMEOUT) < 0 || dialTimeout.compareTo(LONGEST_DIAL_TIMEOUT) > 0) {
            mistakes.add("dialTimeout: " + dialTimeout + " (expected 100 ms to 1 min)");
        }
    }

    private List<EtcdEndpoint> checkEndpoints(List<String> mistakes) {
        List<EtcdEndpoint> members = new ArrayList<>();
        if (endpoints.isEmpty()) {
            mistakes.add("endpoints: none (expected at least one member of etcd, such as http://127.0.0.1:2379)");
        }
        for (int i = 0; i < endpoints.size(); i++) {
            EtcdEndpoint member = EtcdEndpoint.parse(endpoints.get(i), tls != null);
            if (member == null) {
                mistakes.add("endpoints[" + i + "]: \"" + endpoints.get(i) + "\" (" + EtcdEndpoint.EXPECTED + ")");
            } else if (!member.secure() && tls != null) {
                mistakes.add("endpoints[" + i + "]: \"" + endpoints.get(i) + "\" (expected https:// as tls is set)");
            } else {
                members.add(member);
            }
        }
        return members;
    }

    private void checkTls(List<EtcdEndpoint> members, List<String> mistakes) {
        if (tls == null) {
            return;
        }
        int before = mistakes.size();
        tls.validate(mistakes);
        if (mistakes.size() > before || members.isEmpty()) {
            return;
        }
        try {
            EtcdConnection.channelBuilder(members.get(0), tls);
        } catch (IOException | IllegalArgumentException e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            mistakes.add("tls: " + tls + " (expected certificates and a key that belong together; " + root.getMessage()
                    + ")");
        }
    }
}
