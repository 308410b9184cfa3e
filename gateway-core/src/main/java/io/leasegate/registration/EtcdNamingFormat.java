package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.endpoint.Traits;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The format of etcd's own Go packages {@code naming/endpoints} and the older {@code clientv3/naming}: a JSON object with
 * {@code Op}, {@code Addr} and {@code Metadata} under {@code TARGET/anything}, by convention {@code TARGET/ADDR}.
 *
 * <p>The service is the target, without a leading slash: what a Go client writes behind {@code etcd:///}. {@code Metadata} is free
 * form; where it is an object, what the model knows is heeded in it when it has a usable form.
 */
final class EtcdNamingFormat implements RegistrationFormat {

    private static final Evidence BY_FIELDS = Evidence.fields("the value has the fields Addr and Op");
    private static final Evidence BY_ADDR = Evidence.fields("the value has the fields Addr and Metadata");

    @Override
    public String name() {
        return "etcd-naming";
    }

    @Override
    public List<String> fields() {
        return List.of("Op", "Addr", "Metadata");
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        ObjectNode object = entry.object();
        // MetadataX marks a relative of this format that keeps its name and weight elsewhere.
        if (object == null
                || !object.has("Addr")
                || !(object.has("Op") || object.has("Metadata"))
                || object.has("MetadataX")) {
            return new ParseResult.Foreign("the value has no fields Addr and Op");
        }
        return Reading.of(object.has("Op") ? BY_FIELDS : BY_ADDR, notes -> {
            checkOperation(object.get("Op"));
            return List.of(registration(entry, object, notes));
        });
    }

    /** Whether the entry adds an instance; relatives of this format have the field too. */
    static void checkOperation(@Nullable JsonNode op) throws MalformedException, UnregisteredException {
        if (op == null || op.isNull()) {
            return;
        }
        if (!op.isIntegralNumber() || !op.canConvertToLong() || op.longValue() < 0 || op.longValue() > 1) {
            throw new MalformedException("Op: " + Quote.json(op) + " (expected 0 for add or 1 for delete)");
        }
        if (op.longValue() == 1) {
            throw new UnregisteredException("Op: 1 (the instance is marked as deleted)");
        }
    }

    private static Registration registration(RegistryEntry entry, ObjectNode object, Notes notes)
            throws MalformedException {
        String addr = Fields.optionalText(object, "Addr", Integer.MAX_VALUE);
        EndpointUrl to = Fields.endpoint("Addr", addr);
        String service =
                Fields.service(entry, "target (the key up to its last slash)", target(entry, String.valueOf(addr)));
        JsonNode node = object.get("Metadata");
        MetadataMap metadata = new MetadataMap(notes).addAll("Metadata", node);
        Traits traits = Traits.builder()
                .weight(Fields.looseWeight("Metadata.weight", Fields.any(node, "weight", "Weight"), 1, notes))
                .version(Fields.label(Fields.any(node, "version", "Version")))
                .zone(Fields.label(Fields.any(node, "zone", "Zone")))
                .region(Fields.label(Fields.any(node, "region", "Region")))
                .tags(Fields.tags("Metadata.tags", Fields.any(node, "tags", "Tags"), notes))
                .protocol(Fields.label(Fields.any(node, "protocol", "Protocol")).toLowerCase(Locale.ROOT))
                .tls(to.tls())
                .metadata(metadata.map())
                .build();
        return new Registration(service, to.address().host(), to.address().port(), traits);
    }

    private static String target(RegistryEntry entry, String addr) throws MalformedException {
        String key = entry.key();
        int end = key.endsWith("/" + addr) ? key.length() - addr.length() - 1 : key.lastIndexOf('/');
        if (end < 0 && entry.prefix().service().isEmpty()) {
            throw new MalformedException("key: " + Quote.text(key) + " has no slash (expected TARGET/ADDRESS)");
        }
        return new KeyPath(key.substring(0, Math.max(end, 0)) + "/").parent();
    }
}
