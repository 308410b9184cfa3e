package io.leasegate.server.config;

import io.leasegate.discovery.FileSettings;
import io.leasegate.registration.KeyPrefix;
import io.leasegate.registration.RegistrationFormats;
import io.leasegate.server.config.DiscoveryConfig.StaticInstance;
import io.leasegate.server.config.EtcdConfig.Credentials;
import io.leasegate.server.config.EtcdConfig.Hold;
import io.leasegate.server.config.EtcdConfig.Leases;
import io.leasegate.tls.ClientTls;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code discovery}. */
final class DiscoveryReader {

    private static final List<String> FORMATS = RegistrationFormats.known();

    private static final Kind<String> FORMAT = new Kind<>(
            text -> {
                if (!FORMATS.contains(text) && !text.equals(RegistrationFormats.AUTO)) {
                    throw new Unexpected(
                            "auto, " + Kind.oneOf(FORMATS) + "; nearest is " + NearestKey.among(FORMATS, text));
                }
                return text;
            },
            FORMATS.get(0));

    private static final Kind<Double> SHARE_ABOVE_ZERO = new Kind<>(
            text -> {
                double share = Kind.SHARE.parser().parse(text);
                if (share == 0) {
                    throw new Unexpected("a share above 0%, such as 70%");
                }
                return share;
            },
            1d);

    private DiscoveryReader() {}

    static DiscoveryConfig read(Section s) {
        // The defaults of etcd alone make no registry.
        boolean withEtcd = s.isSetByUser("etcd") || s.context().isCatalog();
        EtcdConfig etcd = withEtcd ? s.block("etcd", DiscoveryReader::etcd) : null;
        boolean withFile = s.isSetByUser("file") || s.context().isCatalog();
        FileConfig file = withFile ? s.block("file", DiscoveryReader::file) : null;
        return new DiscoveryConfig(
                etcd, file, s.block("dns", DnsReader::services), s.block("static", DiscoveryReader::staticServices));
    }

    private static FileConfig file(Section s) {
        Node node = s.find("path");
        if (node == null) {
            s.missing("path", "expected the file that lists the instances");
        }
        Path path = Path.of("-");
        if (node != null && !s.context().isCatalog()) {
            path = s.context().resolve(node.as(Kind.TEXT));
            if (!s.context().hasProblemUnder(node.path())) {
                checkFile(node, path);
            }
        }
        return new FileConfig(path, s.get("interval", ListenerReader.TIMER));
    }

    /** Whoever makes the file may come later than the gateway, but a directory that is not there is a slip. */
    private static void checkFile(Node node, Path path) {
        Path directory = path.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            node.wrong("no such directory: " + directory + "; create it, or correct the path, which is taken from the"
                    + " configuration file's directory");
        } else if (!Files.exists(path)) {
            node.context()
                    .warning(
                            node.path() + ": there is no file " + path
                                    + " yet; the gateway takes no calls until it is there",
                            node.origin());
        } else if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            node.wrong("cannot be read: name a file that this user may read");
        } else {
            try {
                if (Files.size(path) > FileSettings.MAX_BYTES) {
                    node.wrong(
                            "is over " + FileSettings.MAX_BYTES / 1024 / 1024 + " MiB: expected a list of instances");
                    return;
                }
                InstanceFile.read(path, Files.readAllBytes(path));
            } catch (ConfigurationException e) {
                e.problems().forEach(node.context()::problem);
            } catch (IOException e) {
                node.wrong("cannot be read: " + e.getMessage());
            }
        }
    }

    private static EtcdConfig etcd(Section s) {
        List<URI> endpoints = endpoints(s);
        ClientTls tls = s.optionalBlock("tls", TlsFiles::client);
        Node tlsNode = s.find("tls");
        if (tlsNode != null && endpoints.stream().anyMatch(u -> "http".equals(u.getScheme()))) {
            tlsNode.context()
                    .problem(
                            tlsNode.path()
                                    + ": is set, but an endpoint begins with http://, which is clear text (expected https://, or no tls)",
                            tlsNode.origin());
        }
        return new EtcdConfig(
                endpoints,
                prefixes(s),
                formats(s),
                credentials(s),
                tls,
                s.block("hold", DiscoveryReader::hold),
                s.block("leases", DiscoveryReader::leases),
                savedTable(s));
    }

    private static Hold hold(Section s) {
        return new Hold(
                s.get("enabled", Kind.FLAG),
                s.get("share", SHARE_ABOVE_ZERO),
                s.get("min-instances", Kind.integer(1, Integer.MAX_VALUE)),
                s.get("window", ListenerReader.TIMER));
    }

    private static Leases leases(Section s) {
        int checks = s.get("checks-per-second", Kind.integer(0, 1_000));
        Optional<Double> fade = s.get("fade-below", Kind.orNone(SHARE_ABOVE_ZERO));
        if (fade.isPresent() && checks == 0) {
            s.problem("fade-below", "needs checks-per-second above 0: what is left of a lease is not known without");
        }
        return new Leases(checks, fade.orElse(0d));
    }

    /** The file need not be there, but its directory must. */
    private static @Nullable Path savedTable(Section s) {
        Node node = s.find("saved-table");
        if (node == null || s.context().isCatalog()) {
            return null;
        }
        Path file = s.context().resolve(node.as(Kind.TEXT));
        Path directory = file.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            node.wrong("no such directory: " + directory + "; create it");
        } else if (!Files.isWritable(directory) || Files.isDirectory(file)) {
            node.wrong("cannot be written: choose a file in a directory that this user may write to");
        }
        return file;
    }

    /** A list of URLs, or one text with commas between them, as etcd's own tools take them. */
    private static List<URI> endpoints(Section s) {
        Node node = s.find("endpoints");
        if (node == null) {
            s.missing("endpoints", "expected a list of URLs such as [ \"http://127.0.0.1:2379\" ]");
            return List.of();
        }
        List<URI> endpoints = new ArrayList<>();
        if (node.isList()) {
            for (Node element : node.elements()) {
                endpoints.add(element.as(Addresses.ETCD_URL));
            }
        } else {
            Kind<List<URI>> urls = new Kind<>(
                    text -> {
                        List<URI> list = new ArrayList<>();
                        for (String url : text.split(",", -1)) {
                            list.add(Addresses.ETCD_URL.parser().parse(url.strip()));
                        }
                        return list;
                    },
                    List.of(Addresses.ETCD_URL.placeholder()));
            endpoints.addAll(node.as(urls));
        }
        if (endpoints.isEmpty()) {
            node.unexpected("at least one URL: [ \"http://127.0.0.1:2379\" ]");
        }
        if (endpoints.stream().map(URI::getScheme).distinct().count() > 1) {
            node.wrong("all endpoints must begin with http://, or all with https://");
        }
        return endpoints;
    }

    /** Texts, and blocks that say more of a prefix. What is said twice is left out, so that no key is watched twice. */
    private static List<KeyPrefix> prefixes(Section s) {
        Node node = s.find("prefixes");
        List<KeyPrefix> given = new ArrayList<>();
        for (Node element : s.elements("prefixes")) {
            KeyPrefix prefix = element.isBlock()
                    ? element.asBlock(DiscoveryReader::prefix)
                    : KeyPrefix.of(element.as(Kind.ANY_TEXT));
            KeyPrefix same = given.stream()
                    .filter(p -> p.text().equals(prefix.text()))
                    .findFirst()
                    .orElse(null);
            if (same == null) {
                given.add(prefix);
            } else if (!same.equals(prefix)) {
                element.wrong("the prefix is there twice, and not with the same format and service");
            }
        }
        if (node != null && node.isList() && given.isEmpty()) {
            node.unexpected("at least one prefix: [ \"/\" ], or [ \"\" ] for all keys");
        }
        return given.stream().filter(p -> !isCovered(p, given)).toList();
    }

    /** Whether a prefix adds nothing to the closest one that contains it. */
    private static boolean isCovered(KeyPrefix prefix, List<KeyPrefix> all) {
        return prefix.isPlain()
                && all.stream()
                        .filter(p -> prefix.text().startsWith(p.text())
                                && !prefix.text().equals(p.text()))
                        .max(Comparator.comparingInt(p -> p.text().length()))
                        .map(KeyPrefix::isPlain)
                        .orElse(false);
    }

    private static KeyPrefix prefix(Section s) {
        return new KeyPrefix(
                s.get("prefix", Kind.ANY_TEXT), s.find("format", FORMAT, ""), s.find("service", Addresses.SERVICE, ""));
    }

    private static List<String> formats(Section s) {
        Node node = s.find("formats");
        if (node != null && node.isList()) {
            List<String> formats = List.copyOf(new LinkedHashSet<>(s.list("formats", FORMAT)));
            if (formats.isEmpty()) {
                node.unexpected("auto, or a list of " + Kind.oneOf(FORMATS));
            }
            return formats;
        }
        Kind<String> auto = new Kind<>(
                text -> {
                    if (!text.equals(RegistrationFormats.AUTO)) {
                        throw new Unexpected("auto, or a list of " + Kind.oneOf(FORMATS));
                    }
                    return text;
                },
                RegistrationFormats.AUTO);
        return List.of(s.get("formats", auto));
    }

    private static @Nullable Credentials credentials(Section s) {
        String username = s.find("username", Kind.TEXT);
        // The password goes into no message, so an empty one is told by words alone.
        String password = s.find("password", Kind.ANY_TEXT);
        if (username == null && password == null) {
            return null;
        }
        if (password == null || password.isEmpty()) {
            s.missing("password", "username is set: etcd needs both");
        }
        if (username == null) {
            s.missing("username", "password is set: etcd needs both");
        }
        return new Credentials(username == null ? "" : username, password == null ? "" : password);
    }

    private static Map<String, List<StaticInstance>> staticServices(Section s) {
        Node services = s.find("services");
        return services == null ? Map.of() : instances(services);
    }

    /** The instances in a block of lists by the names of services. */
    static Map<String, List<StaticInstance>> instances(Node services) {
        Map<String, List<StaticInstance>> byName = new LinkedHashMap<>();
        services.entries().forEach((name, node) -> {
            node.keyAs(name, Addresses.SERVICE);
            Set<String> addresses = new HashSet<>();
            List<StaticInstance> instances = new ArrayList<>();
            for (Node element : node.elements()) {
                instances.add(element.asBlock(i -> instance(i, addresses)));
            }
            byName.put(name, instances);
        });
        return byName;
    }

    private static StaticInstance instance(Section s, Set<String> addresses) {
        Addresses.HostPort address = s.get("address", Addresses.HOST_PORT);
        Node node = s.find("address");
        if (node != null && !addresses.add(address.toString()) && !s.context().hasProblemUnder(node.path())) {
            node.wrong("is there twice in this service");
        }
        return new StaticInstance(
                address.host(),
                address.port(),
                s.find("weight", Kind.integer(0, Integer.MAX_VALUE), 1),
                s.find("version", Kind.ANY_TEXT, ""),
                metadata(s));
    }

    /** Free text by name. */
    static Map<String, String> metadata(Section s) {
        Map<String, String> metadata = new LinkedHashMap<>();
        Node given = s.find("metadata");
        if (given != null) {
            given.entries().forEach((name, value) -> metadata.put(name, value.as(Kind.ANY_TEXT)));
        }
        return metadata;
    }
}
