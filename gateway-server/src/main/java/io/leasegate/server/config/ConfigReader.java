package io.leasegate.server.config;

import io.leasegate.server.config.LogConfig.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the file's block {@code leasegate}, area by area. The keys, types and rules of the file are in this class and its kin. */
final class ConfigReader {

    private ConfigReader() {}

    static GatewayConfig read(Section root) {
        return root.block("leasegate", ConfigReader::gateway);
    }

    private static GatewayConfig gateway(Section s) {
        List<ListenerConfig> listeners = ListenerReader.read(s);
        AdminConfig admin = s.block("admin", ConfigReader::admin);
        noSameAddress(s, listeners, admin);
        DiscoveryConfig discovery = s.block("discovery", DiscoveryReader::read);
        if (discovery.etcd() == null
                && discovery.file() == null
                && discovery.dnsServices().isEmpty()
                && discovery.staticServices().isEmpty()
                && !s.context().hasProblemUnder(s.path() + ".discovery")) {
            s.problem(
                    "discovery",
                    "nothing says where the instances are "
                            + "(add discovery.etcd.endpoints = [ \"http://127.0.0.1:2379\" ], discovery.file.path,"
                            + " discovery.dns.services or discovery.static.services)");
        }
        ServiceReader services = new ServiceReader();
        ServicesConfig servicesConfig = s.block("services", services::read);
        return new GatewayConfig(
                s.context().file(),
                s.find("zone", Addresses.ZONE, ""),
                listeners,
                admin,
                s.block("io", io -> new IoConfig(threads(io), io.get("max-queued", Kind.SHARE))),
                discovery,
                s.block("dns", DnsReader::lookUps),
                new RouteReader(
                                services,
                                listeners.stream().map(ListenerConfig::name).toList())
                        .read(s),
                servicesConfig,
                s.block("upstream", ConfigReader::upstream),
                s.block("tls", ConfigReader::tls),
                s.get("revision-trailer", Kind.FLAG),
                s.block("drain", d -> new DrainConfig(d.get("grace", Kind.DURATION))),
                s.block("access-log", ConfigReader::accessLog),
                s.block("log", ConfigReader::log),
                s.context().warnings());
    }

    private static AdminConfig admin(Section s) {
        return new AdminConfig(
                s.get("address", Addresses.HOST),
                s.get("port", Kind.LISTEN_PORT),
                s.get("explain-calls", Kind.integer(0, 100_000)));
    }

    private static int threads(Section io) {
        Kind<Integer> number = Kind.integer(1, 1024);
        Kind<Integer> numberOrAuto = new Kind<>(
                text -> {
                    if (text.equals("auto")) {
                        return Runtime.getRuntime().availableProcessors();
                    }
                    try {
                        return number.parser().parse(text);
                    } catch (Unexpected e) {
                        throw new Unexpected(e.expected() + ", or auto");
                    }
                },
                1);
        return io.get("threads", numberOrAuto);
    }

    /** Each PING is a packet and a wake-up on both sides; more than one in a second is an attack. */
    private static final Kind<Optional<Duration>> PING_INTERVAL_OR_NONE = Kind.orNone(new Kind<>(
            text -> {
                Duration d = ListenerReader.TIMER.parser().parse(text);
                if (d.compareTo(Duration.ofSeconds(1)) < 0) {
                    throw new Unexpected("a duration from 1s to 1d");
                }
                return d;
            },
            Duration.ofSeconds(1)));

    private static UpstreamConfig upstream(Section s) {
        return new UpstreamConfig(
                s.get("connect-timeout", ListenerReader.TIMER),
                ProtocolReader.ofInstances(s),
                new UpstreamConfig.Life(
                        s.get("idle-timeout", Kind.PERIOD_OR_NONE).orElse(null),
                        s.get("connection-age", Kind.PERIOD_OR_NONE).orElse(null),
                        s.get("connection-age-jitter", Kind.SHARE)),
                s.block("keepalive", ConfigReader::keepalive),
                s.get("warm", Kind.FLAG),
                s.get("follow-names", Kind.FLAG));
    }

    private static UpstreamConfig.Keepalive keepalive(Section s) {
        return new UpstreamConfig.Keepalive(
                s.get("interval", PING_INTERVAL_OR_NONE).orElse(null),
                s.get("timeout", ListenerReader.TIMER),
                s.get("without-calls", Kind.FLAG));
    }

    private static TlsConfig tls(Section s) {
        return new TlsConfig(
                s.get("provider", Kind.choice(TlsConfig.Provider.class)),
                s.get("reload-interval", ListenerReader.TIMER));
    }

    private static AccessLogConfig accessLog(Section s) {
        return new AccessLogConfig(
                s.get("enabled", Kind.FLAG), s.get("format", Kind.choice(LogFormat.class)), output(s));
    }

    private static @Nullable Path output(Section s) {
        Node node = s.find("output");
        if (node == null || s.context().isCatalog()) {
            return null;
        }
        String text = node.as(Kind.TEXT);
        if (text.equals("stdout")) {
            return null;
        }
        Path file = s.context().resolve(text);
        Path directory = file.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            node.wrong("no such directory: " + directory + "; create it, or write stdout");
        } else if (Files.isDirectory(file) || !Files.isWritable(Files.exists(file) ? file : directory)) {
            node.wrong("cannot be written: choose a file that this user may write, or write stdout");
        }
        return file;
    }

    private static LogConfig log(Section s) {
        return new LogConfig(s.get("level", Kind.choice(Level.class)), s.get("format", Kind.choice(LogFormat.class)));
    }

    /** Two listeners cannot have one address; with port 0 each gets its own. */
    private static void noSameAddress(Section s, List<ListenerConfig> listeners, AdminConfig admin) {
        List<Claim> claims = new ArrayList<>();
        List<Node> elements = s.elements("listeners");
        for (int i = 0; i < listeners.size(); i++) {
            ListenerConfig l = listeners.get(i);
            claims.add(new Claim(elements.get(i), l.address(), l.port()));
        }
        Node adminNode = s.find("admin");
        if (adminNode != null) {
            claims.add(new Claim(adminNode, admin.address(), admin.port()));
        }
        // What stands in the user's file is at fault, not the default that it collides with.
        claims.sort(Comparator.comparing((Claim c) -> !Reference.isOrigin(c.block.origin())));
        Map<String, Node> owners = new HashMap<>();
        for (Claim c : claims) {
            boolean counts =
                    c.port != 0 && !s.context().isCatalog() && !s.context().hasProblemUnder(c.block.path());
            Node owner = counts ? owners.putIfAbsent(c.address + " " + c.port, c.block) : null;
            if (owner != null) {
                s.context()
                        .problem(
                                c.block.path() + ": " + c.address + " port " + c.port + " is already taken by "
                                        + owner.path() + " (choose another port)",
                                c.block.origin());
            }
        }
    }

    private record Claim(Node block, String address, int port) {}
}
