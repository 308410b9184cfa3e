package io.leasegate.registration;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The format of the Go web framework Hertz: that of Kitex under a prefix of its own. Its servers speak HTTP, so it registers
 * nothing here.
 */
final class HertzFormat implements RegistrationFormat {

    static final String PREFIX = "hertz/registry-etcd/";

    private static final Evidence BY_FIELDS =
            Evidence.fields("the value has the fields network and address, and the key begins with " + PREFIX);

    @Override
    public String name() {
        return "hertz";
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        ObjectNode object = entry.path().startsWith(PREFIX) ? entry.object() : null;
        boolean its = object != null && object.has("network") && object.has("address");
        return its
                ? new ParseResult.NotARegistration("not gRPC: an HTTP server of Hertz", BY_FIELDS)
                : new ParseResult.Foreign("the key does not begin with " + PREFIX);
    }
}
