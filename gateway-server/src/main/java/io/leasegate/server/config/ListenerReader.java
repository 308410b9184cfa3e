package io.leasegate.server.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code listeners}. What a listener leaves out is taken from the one listener of the defaults. */
final class ListenerReader {

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
                ProtocolReader.ofListener(s),
                s.block("connections", ListenerReader::connections));
    }

    private static ConnectionsConfig connections(Section s) {
        Kind<Integer> number = Kind.integer(1, Integer.MAX_VALUE);
        Kind<Integer> numberAutoOrNone = or(number, "auto", ConnectionsConfig.AUTO);
        return new ConnectionsConfig(
                s.get("max", or(numberAutoOrNone, "none", ConnectionsConfig.NONE)),
                s.get("max-per-address", or(numberAutoOrNone, "none", ConnectionsConfig.NONE)),
                s.get("rate-per-address", or(number, "none", ConnectionsConfig.NONE)));
    }

    /** The given kind, or a word. */
    private static Kind<Integer> or(Kind<Integer> kind, String word, int meaning) {
        return new Kind<>(
                text -> {
                    if (text.equals(word)) {
                        return meaning;
                    }
                    try {
                        return kind.parser().parse(text);
                    } catch (Unexpected e) {
                        throw new Unexpected(e.expected() + ", or " + word);
                    }
                },
                kind.placeholder());
    }
}
