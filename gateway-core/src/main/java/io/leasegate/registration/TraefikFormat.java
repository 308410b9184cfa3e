package io.leasegate.registration;

import java.util.Locale;
import java.util.Set;

/** What Traefik keeps in a key-value store: its own configuration, one key per setting, under {@code traefik/} or another root. */
final class TraefikFormat implements RegistrationFormat {

    private static final Evidence BY_ROOT = Evidence.layout("the key begins with traefik/");
    private static final Evidence BY_LAYOUT =
            Evidence.layout("the key has the form ROOT/PROTOCOL/services/… or ROOT/PROTOCOL/routers/…");
    private static final Set<String> PROTOCOLS = Set.of("http", "tcp", "udp");
    private static final Set<String> KINDS = Set.of("services", "routers", "middlewares", "serverstransports");

    @Override
    public String name() {
        return "traefik";
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        KeyPath path = entry.path();
        boolean rooted = path.part(0).equals("traefik");
        boolean laidOut = path.size() > 4
                && PROTOCOLS.contains(path.part(1))
                && KINDS.contains(path.part(2).toLowerCase(Locale.ROOT));
        return rooted || laidOut
                ? new ParseResult.NotARegistration(
                        "not a registration: Traefik's configuration", rooted ? BY_ROOT : BY_LAYOUT)
                : new ParseResult.Foreign("the key does not begin with traefik/");
    }
}
