package io.leasegate.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.endpoint.Traits;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The format of the Go framework Jupiter: etcd naming's {@code Op} and {@code Addr} with everything else in {@code MetadataX}, under
 * {@code SCHEME:NAME:v1:MODE/ADDR}. Releases before 2022 wrote what is now in {@code MetadataX} as the whole value, under
 * {@code /PREFIX/NAME/providers/SCHEME://ADDR}.
 */
final class JupiterFormat implements RegistrationFormat {

    private static final Evidence BY_FIELDS = Evidence.fields("the value has the fields Addr and MetadataX");
    private static final Evidence BY_OLD_FIELDS =
            Evidence.fields("the value has the fields name, scheme, address and enable");
    private static final Evidence BY_JOB = Evidence.layout("the key begins with /prometheus/job/");
    private static final Pattern KEY = Pattern.compile("/?([^:/]*):([^:/]+):[^:/]*:[^:/]*/.*");

    /** What the framework gives an instance that says nothing. */
    private static final long DEFAULT_WEIGHT = 100;

    @Override
    public String name() {
        return "jupiter";
    }

    @Override
    public List<String> fields() {
        return List.of("Op", "Addr", "MetadataX");
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        ObjectNode object = entry.object();
        if (object != null && object.has("MetadataX")) {
            return Reading.of(BY_FIELDS, notes -> {
                EtcdNamingFormat.checkOperation(object.get("Op"));
                return List.of(registration(entry, Fields.anyText(object, "Addr"), object.get("MetadataX"), notes));
            });
        }
        if (object != null
                && object.has("name")
                && object.has("scheme")
                && object.has("address")
                && object.has("enable")) {
            return Reading.of(BY_OLD_FIELDS, notes -> List.of(registration(entry, null, object, notes)));
        }
        if (entry.path().startsWith("prometheus/job/") && entry.address() != null) {
            return new ParseResult.NotARegistration(
                    "not a registration: where Prometheus scrapes a process of Jupiter", BY_JOB);
        }
        return new ParseResult.Foreign("the value has no fields Addr and MetadataX");
    }

    private static Registration registration(
            RegistryEntry entry, @Nullable String addr, @Nullable JsonNode info, Notes notes)
            throws MalformedException, UnregisteredException {
        Matcher key = KEY.matcher(entry.key());
        boolean keyed = key.matches();
        String scheme =
                or(Fields.anyText(info, "scheme"), keyed ? key.group(1) : "").toLowerCase(Locale.ROOT);
        if (!scheme.isEmpty() && !scheme.equals("grpc") && !scheme.equals("grpcs")) {
            throw new UnregisteredException("not gRPC: the scheme is " + Quote.text(scheme));
        }
        String service =
                Fields.service(entry, "MetadataX.name", or(Fields.anyText(info, "name"), keyed ? key.group(2) : ""));
        HostPort address = Fields.address("Addr", or(addr, or(Fields.anyText(info, "address"), "")));
        MetadataMap metadata = new MetadataMap(notes).addAll("metadata", Fields.any(info, "metadata"));
        for (String field : List.of("appId", "deployment", "group", "mode", "hostname")) {
            String text = Fields.anyText(info, field);
            if (text != null && !text.isEmpty()) {
                metadata.addText("MetadataX", field, text);
            }
        }
        Traits traits = Traits.builder()
                .weight(Fields.looseWeight("MetadataX.weight", Fields.any(info, "weight"), DEFAULT_WEIGHT, notes))
                .version(Fields.label(Fields.any(info, "version")))
                .zone(Fields.label(Fields.any(info, "zone")))
                .region(Fields.label(Fields.any(info, "region")))
                .protocol("grpc")
                .tls(scheme.equals("grpcs"))
                .enabled(Fields.flag(Fields.any(info, "enable", "enabled"), true))
                .healthy(Fields.healthy(Fields.any(info, "healthy")))
                .metadata(metadata.map())
                .build();
        return new Registration(service, address.host(), address.port(), traits);
    }

    private static String or(@Nullable String text, String otherwise) {
        return text == null || text.isEmpty() ? otherwise : text;
    }
}
