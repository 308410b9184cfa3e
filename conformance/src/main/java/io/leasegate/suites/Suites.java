package io.leasegate.suites;

import io.leasegate.suites.ConnectSuite.Protocol;
import io.leasegate.suites.ConnectSuite.Security;
import io.leasegate.suites.ScriptInteropClient.Language;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** All suites, and groups of them. Immutable. */
final class Suites {

    /** What runs when nothing is named. */
    static final String DEFAULT_GROUP = "all";

    private static final String CLEAR_TEXT_GROUP = "clear-text";
    private static final String TLS_GROUP = "tls";

    private final Map<String, Suite> byName = new LinkedHashMap<>();

    Suites() {
        for (boolean tls : List.of(false, true)) {
            add(new H2specSuite(tls));
        }
        add(new ConnectSuite(Protocol.GRPC, Security.CLEAR_TEXT, 478));
        add(new ConnectSuite(Protocol.GRPC, Security.TLS, 322));
        add(new ConnectSuite(Protocol.GRPC, Security.MUTUAL_TLS, 326));
        add(new ConnectSuite(Protocol.CONNECT, Security.CLEAR_TEXT, 400));
        Map<String, InteropClient> clients = new LinkedHashMap<>();
        clients.put("go", new GoInteropClient());
        clients.put("java", new JavaInteropClient());
        clients.put("python", new ScriptInteropClient(Language.PYTHON));
        clients.put("node", new ScriptInteropClient(Language.NODE));
        for (boolean tls : List.of(false, true)) {
            clients.forEach((name, client) -> {
                for (InteropServer.Language server : InteropServer.Language.values()) {
                    add(new InteropSuite(name, client, server, tls));
                }
            });
        }
        add(new NegativeSuite());
        for (Registrar registrar : Registrar.values()) {
            add(new RegistrarSuite(registrar));
        }
    }

    private void add(Suite suite) {
        byName.put(suite.name(), suite);
    }

    /** In the order in which they run. */
    List<Suite> all() {
        return List.copyOf(byName.values());
    }

    /**
     * The suites that names, of suites or groups, stand for, each once.
     *
     * @throws IllegalArgumentException for a name that stands for nothing, with those that do
     */
    Set<Suite> named(List<String> names) {
        Set<Suite> chosen = new LinkedHashSet<>();
        for (String name : names) {
            List<Suite> found = byName.values().stream()
                    .filter(s -> s.name().equals(name) || groups(s).contains(name))
                    .toList();
            if (found.isEmpty()) {
                throw new IllegalArgumentException(
                        "there is no suite '" + name + "' (expected one of " + String.join(", ", byName.keySet())
                                + ", or a group: " + String.join(", ", groupNames()) + ")");
            }
            chosen.addAll(found);
        }
        return chosen;
    }

    Set<String> groupNames() {
        return byName.values().stream()
                .flatMap(s -> groups(s).stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static List<String> groups(Suite suite) {
        boolean tls = suite.name().endsWith("tls");
        List<String> groups = new ArrayList<>(List.of(DEFAULT_GROUP, tls ? TLS_GROUP : CLEAR_TEXT_GROUP));
        if (suite instanceof InteropSuite) {
            groups.add("interop");
        }
        if (suite instanceof RegistrarSuite) {
            groups.add("registrars");
        }
        return groups;
    }
}
