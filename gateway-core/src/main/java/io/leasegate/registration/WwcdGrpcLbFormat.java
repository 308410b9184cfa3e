package io.leasegate.registration;

import io.leasegate.endpoint.Traits;
import java.util.List;
import java.util.Set;

/**
 * The format of the Go package wwcd/grpc-lb: a bare address under {@code /etcdv3_resolver/SERVICE/ADDRESS}, or under
 * {@code /etcd3_naming/SERVICE/ADDRESS} from its older releases.
 */
final class WwcdGrpcLbFormat implements RegistrationFormat {

    private static final Evidence BY_KEY =
            Evidence.layout("the key begins with /etcdv3_resolver/ or /etcd3_naming/ and the value is an address");
    private static final Evidence BY_NAME =
            Evidence.layout("the configuration names the format, and the value is an address");
    private static final Set<String> ROOTS = Set.of("etcdv3_resolver", "etcd3_naming");

    @Override
    public String name() {
        return "wwcd-grpc-lb";
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        KeyPath path = entry.path();
        boolean rooted = ROOTS.contains(path.part(0)) && path.size() > 2;
        HostPort address = rooted || entry.isNamed() ? entry.address() : null;
        if (address == null) {
            return new ParseResult.Foreign("the key does not begin with /etcdv3_resolver/, or the value is no address");
        }
        String service =
                rooted ? path.parent().substring(path.part(0).length()).replaceFirst("^/+", "") : path.part(-2);
        return Reading.of(
                rooted ? BY_KEY : BY_NAME,
                notes -> List.of(new Registration(
                        Fields.service(entry, "service (the part of the key before the address)", service),
                        address.host(),
                        address.port(),
                        Traits.NONE)));
    }
}
