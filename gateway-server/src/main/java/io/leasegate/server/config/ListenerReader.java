package io.leasegate.server.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code listeners}. What a listener leaves out is taken from the one listener of the defaults. */
final class ListenerReader {

    /** RFC 9113 section 6.9.1 ends windows at 2^31-1; beyond some MiB they only cost memory. */
    static final Kind<Integer> WINDOW = Kind.bytes(1024, 64 * 1024 * 1024);

    static final Kind<Integer> HEADER_LIST = Kind.bytes(1024, 16 * 1024 * 1024);

    /** A duration above zero that counts as milliseconds in an {@code int}. */
    static final Kind<Duration> TIMER = new Kind<>(
            text -> {
                Duration d = Kind.PERIOD.parser().parse(text);
                if (d.toMillis() < 1 || d.compareTo(Duration.ofDays(1)) > 0) {
                    throw new Unexpected("a duration from 1ms to 1d");
                }
                return d;
            },
            Duration.ofSeconds(1));

    private ListenerReader() {}

    static List<ListenerConfig> read(Section s) {
        List<Node> defaults = s.defaultElements("listeners");
        List<ListenerConfig> listeners = new ArrayList<>();
        Node list = s.find("listeners");
        if (list == null) {
            return listeners;
        }
        Map<String, String> owners = new HashMap<>();
        for (Node element : list.elements()) {
            List<Node> layers = new ArrayList<>(List.of(element));
            layers.addAll(defaults);
            int index = listeners.size();
            listeners.add(
                    Section.read(element.path(), element.pattern(), layers, element, l -> listener(l, index, owners)));
        }
        if (list.isList() && listeners.isEmpty()) {
            list.unexpected("at least one listener: [ { address = \"127.0.0.1\", port = 8080 } ]");
        }
        return listeners;
    }

    private static ListenerConfig listener(Section s, int index, Map<String, String> owners) {
        Node nameNode = s.find("name");
        String name = nameNode == null ? "listener-" + index : nameNode.as(Kind.TEXT);
        String owner = owners.putIfAbsent(name, s.path());
        if (owner != null && nameNode != null) {
            nameNode.wrong("already the name of " + owner + "; choose another one");
        } else if (owner != null) {
            s.problem("its name would be " + name + ", which " + owner + " has (expected a name of its own)");
        }
        return new ListenerConfig(
                name,
                s.get("address", Addresses.HOST),
                s.get("port", Kind.LISTEN_PORT),
                s.optionalBlock("tls", ListenerTlsReader::read),
                protocol(s));
    }

    private static ProtocolConfig protocol(Section s) {
        int streams = s.get("max-concurrent-streams", Kind.integer(1, Integer.MAX_VALUE));
        int windowBytes = s.get("initial-window", WINDOW);
        int headerListBytes = s.get("max-header-list", HEADER_LIST);
        Kind<Duration> seconds = new Kind<>(
                text -> {
                    Duration d = TIMER.parser().parse(text);
                    if (d.toNanosPart() != 0) {
                        throw new Unexpected("a duration in whole seconds from 1s to 1d");
                    }
                    return d;
                },
                Duration.ofSeconds(1));
        return s.block(
                "rapid-reset",
                r -> new ProtocolConfig(
                        streams,
                        windowBytes,
                        headerListBytes,
                        r.get("max", Kind.integer(1, Integer.MAX_VALUE)),
                        r.get("within", seconds)));
    }
}
