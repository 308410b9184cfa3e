package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.endpoint.Traits;
import java.util.List;

/**
 * The format of Apache ShenYu: a JSON object with {@code appName}, {@code host}, {@code port}, {@code status} and {@code weight} under
 * {@code /shenyu/register/instance/APP/ADDRESS}. What an instance speaks is not recorded.
 */
final class ShenYuFormat implements RegistrationFormat {

    private static final Evidence BY_FIELDS = Evidence.fields("the value has the fields appName, host and port");
    private static final Evidence BY_ROOT = Evidence.layout("the key begins with /shenyu/");

    /** What ShenYu writes for an instance that it finds dead; 0 is a healthy one. */
    private static final String DEAD = "1";

    @Override
    public String name() {
        return "shenyu";
    }

    @Override
    public List<String> fields() {
        return List.of("appName", "host", "port", "status", "weight");
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        ObjectNode object = entry.object();
        if (object != null && object.has("appName") && object.has("host") && object.has("port")) {
            return Reading.of(BY_FIELDS, notes -> List.of(registration(entry, object, notes)));
        }
        return entry.path().part(0).equals("shenyu") && entry.path().size() > 1
                ? new ParseResult.NotARegistration("not a registration: ShenYu's own data, not an instance", BY_ROOT)
                : new ParseResult.Foreign("the value has no fields appName, host and port");
    }

    private static Registration registration(RegistryEntry entry, ObjectNode object, Notes notes)
            throws MalformedException {
        String service = Fields.service(entry, "appName", Fields.optionalText(object, "appName", Integer.MAX_VALUE));
        HostPort address = Fields.address(
                "host", Fields.optionalText(object, "host", Integer.MAX_VALUE), "port", object.get("port"));
        JsonNode status = object.get("status");
        MetadataMap metadata = new MetadataMap(notes);
        if (object.path("uri").isTextual()) {
            metadata.add("uri", "uri", object.get("uri"));
        }
        Traits traits = Traits.builder()
                .weight(Fields.positiveWeight("weight", object.get("weight"), 1, notes))
                .healthy(
                        status == null || !status.isNumber() || !status.asText().equals(DEAD))
                .metadata(metadata.map())
                .build();
        return new Registration(service, address.host(), address.port(), traits);
    }
}
