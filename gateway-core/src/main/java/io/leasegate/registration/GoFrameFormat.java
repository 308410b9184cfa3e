package io.leasegate.registration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.endpoint.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The format of the Go framework GoFrame: {@code /HEAD/DEPLOYMENT/NAMESPACE/NAME/VERSION/ADDRESS,ADDRESS} with a JSON object of
 * metadata as the value. One key may register several addresses.
 *
 * <p>Its gRPC servers have the protocol {@code grpc} among their metadata; its web servers have others.
 */
final class GoFrameFormat implements RegistrationFormat {

    private static final Evidence BY_KEY =
            Evidence.layout("the key has the form /HEAD/DEPLOYMENT/NAMESPACE/NAME/VERSION/ADDRESSES");
    private static final String DEFAULT_HEAD = "service";
    private static final int PARTS = 6;

    @Override
    public String name() {
        return "goframe";
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        KeyPath path = entry.path();
        List<HostPort> addresses = path.size() == PARTS ? addresses(path.last()) : List.of();
        if (addresses.isEmpty()) {
            return new ParseResult.Foreign(
                    "the key has not the form /HEAD/DEPLOYMENT/NAMESPACE/NAME/VERSION/ADDRESSES");
        }
        ObjectNode object = entry.object();
        String text = object == null && entry.valueLength() <= 8 ? entry.text() : null;
        boolean nothing = object == null && text != null && (text.isEmpty() || text.equals("null"));
        String protocol = Fields.label(Fields.any(object, "protocol")).toLowerCase(Locale.ROOT);
        // Six parts with an address at the end are no rarity; something else has to speak for this format.
        boolean its = entry.isNamed() || path.part(0).equals(DEFAULT_HEAD) || !protocol.isEmpty();
        if (!its || (object == null && entry.address() != null)) {
            return new ParseResult.Foreign(
                    "neither the key's head is " + DEFAULT_HEAD + " nor has the value a protocol");
        }
        if (object == null && !nothing) {
            return new ParseResult.Malformed(entry.objection(), BY_KEY);
        }
        return Reading.of(BY_KEY, notes -> registrations(entry, addresses, object, protocol, notes));
    }

    private static List<Registration> registrations(
            RegistryEntry entry, List<HostPort> addresses, @Nullable ObjectNode object, String protocol, Notes notes)
            throws MalformedException, UnregisteredException {
        if (!protocol.isEmpty() && !protocol.equals("grpc")) {
            throw new UnregisteredException("not gRPC: the protocol is " + Quote.text(protocol));
        }
        KeyPath path = entry.path();
        String service = Fields.service(entry, "name (the fourth part of the key)", path.part(3));
        MetadataMap metadata = new MetadataMap(notes).addAll("metadata", object);
        Traits traits = Traits.builder()
                .weight(Fields.looseWeight("weight", Fields.any(object, "weight"), 1, notes))
                .version(Fields.version("version (the fifth part of the key)", path.part(4)))
                .zone(Fields.label(Fields.any(object, "zone")))
                .region(Fields.label(Fields.any(object, "region")))
                .tags(Fields.tags("tags", Fields.any(object, "tags"), notes))
                .protocol(protocol)
                .metadata(metadata.addText("key", "deployment", path.part(1))
                        .addText("key", "namespace", path.part(2))
                        .map())
                .build();
        List<Registration> registrations = new ArrayList<>();
        for (HostPort a : addresses) {
            registrations.add(new Registration(service, a.host(), a.port(), traits));
        }
        return registrations;
    }

    /** The addresses of a list, each once; none when something in it is no address. */
    private static List<HostPort> addresses(String list) {
        List<HostPort> addresses = new ArrayList<>();
        for (String text : list.split(",", -1)) {
            HostPort address = HostPort.orNull(text.strip());
            if (address == null) {
                return List.of();
            }
            if (!addresses.contains(address)) {
                addresses.add(address);
            }
        }
        return addresses;
    }
}
