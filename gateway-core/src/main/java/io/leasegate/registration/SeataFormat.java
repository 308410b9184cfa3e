package io.leasegate.registration;

/** The format of Apache Seata: a bare address under {@code registry-seata-CLUSTER-ADDRESS}. Seata's server does not speak gRPC. */
final class SeataFormat implements RegistrationFormat {

    private static final Evidence BY_KEY = Evidence.layout("the key begins with registry-seata-");

    @Override
    public String name() {
        return "seata";
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        return entry.path().startsWith("registry-seata-")
                ? new ParseResult.NotARegistration("not gRPC: a transaction server of Seata", BY_KEY)
                : new ParseResult.Foreign("the key does not begin with registry-seata-");
    }
}
