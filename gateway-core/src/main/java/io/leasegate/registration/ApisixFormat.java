package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What Apache APISIX keeps in etcd: its own configuration, with parent keys that hold {@code init_dir}. Its upstreams name addresses,
 * but they are what an operator wrote, and no instance keeps them up to date.
 */
final class ApisixFormat implements RegistrationFormat {

    private static final Evidence BY_ROOT = Evidence.layout("the key begins with /apisix/");
    private static final Evidence BY_VALUE = Evidence.layout("the value is init_dir");
    private static final Evidence BY_FIELDS = Evidence.fields("the value has nodes with weights, as an upstream");

    @Override
    public String name() {
        return "apisix";
    }

    @Override
    public List<String> fields() {
        return List.of("id", "type", "scheme", "nodes");
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        if (entry.valueLength() <= 16 && "init_dir".equals(entry.text())) {
            return new ParseResult.NotARegistration("not a registration: a parent key of APISIX", BY_VALUE);
        }
        ObjectNode object = entry.object();
        if (object != null && isUpstream(object)) {
            return new ParseResult.NotARegistration(
                    "not a registration: an upstream in APISIX's configuration", BY_FIELDS);
        }
        return entry.path().part(0).equals("apisix")
                ? new ParseResult.NotARegistration("not a registration: APISIX's configuration", BY_ROOT)
                : new ParseResult.Foreign("the value has no nodes with weights");
    }

    private static boolean isUpstream(ObjectNode object) {
        JsonNode nodes = object.path("nodes");
        JsonNode first = nodes.isEmpty() ? null : nodes.elements().next();
        if (first == null) {
            return false;
        }
        return nodes.isObject() ? first.isNumber() : first.has("host") && first.has("weight");
    }
}
