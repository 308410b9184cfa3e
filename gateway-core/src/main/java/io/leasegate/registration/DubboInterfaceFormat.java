package io.leasegate.registration;

import com.fasterxml.jackson.databind.node.TextNode;
import io.leasegate.endpoint.Traits;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Dubbo's registrations by interface: everything is in the key, {@code /GROUP/INTERFACE/providers/URL} with interface and URL in URL
 * encoding. The value is the lease's number (Java) or empty (Go).
 *
 * <p>Providers with {@code tri://} and {@code grpc://} register. Dubbo keeps much else beside them: consumers, routers, configurators,
 * parent keys, metadata; none of it is a registration.
 */
final class DubboInterfaceFormat implements RegistrationFormat {

    private static final Evidence BY_PROVIDER = Evidence.layout("the key has the form /GROUP/INTERFACE/providers/URL");
    private static final Evidence BY_CATEGORY =
            Evidence.layout("the key has the form /GROUP/INTERFACE/ with consumers, routers or configurators");
    private static final Evidence BY_PARENT =
            Evidence.layout("the key is a parent of such keys, and the value is empty or a number");
    private static final Evidence BY_ROOT = Evidence.layout("the key begins with /dubbo/");
    private static final Set<String> OTHER_CATEGORIES = Set.of("consumers", "routers", "configurators");

    @Override
    public String name() {
        return "dubbo-interface";
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        KeyPath path = entry.path();
        String category = path.part(2);
        boolean dubbo = path.part(0).equals("dubbo");
        if (path.size() > 3 && (dubbo || hasUrl(path))) {
            if (category.equals("providers")) {
                return Reading.of(BY_PROVIDER, notes -> List.of(registration(entry, notes)));
            }
            if (OTHER_CATEGORIES.contains(category)) {
                return new ParseResult.NotARegistration("not a registration: one of Dubbo's " + category, BY_CATEGORY);
            }
        }
        boolean parent = path.size() == 3 && (category.equals("providers") || OTHER_CATEGORIES.contains(category));
        if ((parent || (dubbo && path.size() < 3)) && isEmptyOrNumber(entry)) {
            return new ParseResult.NotARegistration("not a registration: one of Dubbo's parent keys", BY_PARENT);
        }
        return dubbo && entry.address() == null
                ? new ParseResult.NotARegistration("not a registration: Dubbo's own data, not a provider", BY_ROOT)
                : new ParseResult.Foreign("the key has not the form /GROUP/INTERFACE/providers/URL");
    }

    /** Others have parts of these names, too. */
    private static boolean hasUrl(KeyPath path) {
        return path.text().contains("://")
                || path.part(3).regionMatches(true, path.part(3).indexOf('%'), "%3A%2F%2F", 0, 9);
    }

    /** What Go leaves empty and Java fills with a number. */
    static boolean isEmptyOrNumber(RegistryEntry entry) {
        String text = entry.valueLength() > 32 ? null : entry.text();
        return text != null && text.matches("-?[0-9]{0,20}");
    }

    private static Registration registration(RegistryEntry entry, Notes notes)
            throws MalformedException, UnregisteredException {
        EndpointUrl url = url(entry.path());
        if (!DubboApplicationFormat.GRPC_PROTOCOLS.contains(url.scheme())) {
            throw new UnregisteredException(
                    "not gRPC: the scheme is " + Quote.text(url.scheme()) + ", not tri or grpc");
        }
        String service = Fields.service(
                entry,
                "interface (the second part of the key)",
                EndpointUrl.decode(entry.path().part(1)));
        Map<String, String> query = url.query();
        MetadataMap metadata = new MetadataMap(notes);
        query.forEach((name, value) -> metadata.addText("URL", name, value));
        Traits traits = Traits.builder()
                .weight(Fields.looseWeight(
                        "weight", text(query.get("weight")), DubboApplicationFormat.DEFAULT_WEIGHT, notes))
                .version(Fields.label(query.getOrDefault("version", "")))
                .zone(Fields.label(query.getOrDefault("zone", "")))
                .region(Fields.label(query.getOrDefault("region", "")))
                .tags(Fields.tags("tag", text(query.getOrDefault("dubbo.tag", query.get("tag"))), notes))
                .protocol(url.scheme())
                .tls(Fields.flag(text(query.get("ssl-enabled")), false))
                .enabled(Fields.flag(text(query.get("enabled")), true)
                        && !Fields.flag(text(query.get("disabled")), false))
                .metadata(metadata.map())
                .build();
        return new Registration(service, url.address().host(), url.address().port(), traits);
    }

    private static EndpointUrl url(KeyPath path) throws MalformedException {
        // Unencoded, as some tools write it, the URL is all that is left.
        String encoded = String.join("/", path.parts().subList(3, path.size()));
        try {
            return EndpointUrl.parse(encoded.contains("://") ? encoded : EndpointUrl.decode(encoded));
        } catch (IllegalArgumentException e) {
            throw new MalformedException("URL in the key: " + e.getMessage());
        }
    }

    private static @Nullable TextNode text(@Nullable String value) {
        return value == null ? null : TextNode.valueOf(value);
    }
}
