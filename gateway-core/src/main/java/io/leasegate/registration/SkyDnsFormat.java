package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.endpoint.Traits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The records of SkyDNS and of CoreDNS's etcd plugin: a JSON object with {@code host} and {@code port} under {@code /skydns/} and the
 * labels of a domain in reverse order, with an id behind them where a name has several records.
 *
 * <p>Records with a port register under the domain. What looks like an id is no part of it; what does not look like one stays, since two
 * services must not become one.
 */
final class SkyDnsFormat implements RegistrationFormat {

    private static final Evidence BY_KEY =
            Evidence.layout("the key begins with /skydns/ and the value is a JSON object");
    private static final Evidence BY_NAME =
            Evidence.layout("the configuration names the format, and the value has the field host");
    private static final String ROOT = "skydns";

    /** What CoreDNS gives a record that says nothing. */
    private static final long DEFAULT_WEIGHT = 100;

    /** Numbers, x and a number as in SkyDNS's manual, addresses, container ids and UUIDs, and words for a machine with a number. */
    private static final Pattern ID = Pattern.compile("[0-9]+|x[0-9]+|.*[:@].*|(ip-)?[0-9]+(-[0-9]+){3}"
            + "|(?=[a-f-]*[0-9])[0-9a-f]{8,}(-[0-9a-f]+)*"
            + "|(i|id|inst|instance|node|host|pod|replica|task|container|server|srv|backend|endpoint|ep|record|rec)"
            + "[-_]?[0-9a-f]*[0-9][0-9a-f]*");

    @Override
    public String name() {
        return "skydns";
    }

    @Override
    public List<String> fields() {
        return List.of("host", "port", "priority", "weight", "text", "ttl", "group");
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        boolean rooted = entry.path().part(0).equals(ROOT) && entry.path().size() > 1;
        ObjectNode object = rooted || entry.isNamed() ? entry.object() : null;
        if (object == null || !(rooted || object.has("host"))) {
            return new ParseResult.Foreign("the key does not begin with /skydns/, or the value is no JSON object");
        }
        return Reading.of(rooted ? BY_KEY : BY_NAME, notes -> List.of(registration(entry, rooted, object, notes)));
    }

    private static Registration registration(RegistryEntry entry, boolean rooted, ObjectNode object, Notes notes)
            throws MalformedException, UnregisteredException {
        String host = Fields.optionalText(object, "host", Integer.MAX_VALUE);
        JsonNode port = object.get("port");
        if (host == null || host.isBlank()) {
            throw new UnregisteredException("not a registration: a record without a host");
        }
        if (port == null || port.isNull() || (port.isIntegralNumber() && port.asLong() <= 0)) {
            throw new UnregisteredException("not a registration: a record without a port, for names alone");
        }
        HostPort address = Fields.address("host", host, "port", port);
        String service = Fields.service(entry, "domain (from the key)", domain(entry, rooted, host));
        MetadataMap metadata = new MetadataMap(notes);
        for (String field : List.of("priority", "text", "group")) {
            metadata.add(field, field, object.get(field));
        }
        Traits traits = Traits.builder()
                .weight(Fields.positiveWeight("weight", object.get("weight"), DEFAULT_WEIGHT, notes))
                .metadata(metadata.map())
                .build();
        return new Registration(service, address.host(), address.port(), traits);
    }

    private static String domain(RegistryEntry entry, boolean rooted, String host) {
        List<String> labels = new ArrayList<>(
                rooted
                        ? entry.path().parts().subList(1, entry.path().size())
                        : new KeyPath(entry.key()
                                        .substring(entry.prefix().text().length()))
                                .parts());
        labels.removeIf(String::isEmpty);
        int last = labels.size() - 1;
        if (last > 0 && isId(labels.get(last), labels.get(last - 1), host)) {
            labels.remove(last);
        }
        Collections.reverse(labels);
        return String.join(".", labels);
    }

    private static boolean isId(String label, String parent, String host) {
        return ID.matcher(label).matches()
                || label.equals(host)
                || label.equals(host.replace('.', '-'))
                || (label.startsWith(parent)
                        && label.substring(parent.length()).matches("[-_]?[0-9a-f]*[0-9][0-9a-f]*"));
    }
}
