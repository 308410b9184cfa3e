package io.leasegate.registration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What the proxy Vulcand keeps in etcd: its frontends, backends and servers, which speak HTTP. */
final class VulcandFormat implements RegistrationFormat {

    private static final Evidence BY_FIELDS =
            Evidence.fields("the value has the field URL, and the key has the form ROOT/backends/NAME/servers/ID");
    private static final Evidence BY_ROOT = Evidence.layout("the key begins with vulcand/");

    @Override
    public String name() {
        return "vulcand";
    }

    @Override
    public List<String> fields() {
        return List.of("Id", "URL");
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        KeyPath path = entry.path();
        if (path.part(-2).equals("servers") && path.part(-4).equals("backends")) {
            ObjectNode object = entry.object();
            if (object != null && object.has("URL")) {
                return new ParseResult.NotARegistration("not gRPC: an HTTP server of Vulcand", BY_FIELDS);
            }
        }
        return path.part(0).equals("vulcand")
                ? new ParseResult.NotARegistration("not a registration: Vulcand's configuration", BY_ROOT)
                : new ParseResult.Foreign("the key does not begin with vulcand/");
    }
}
