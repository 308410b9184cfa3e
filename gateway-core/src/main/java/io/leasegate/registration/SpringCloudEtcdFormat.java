package io.leasegate.registration;

/** The format of spring-cloud-etcd: a bare address under {@code /spring/cloud/discovery/APP/ID}. Its instances speak HTTP. */
final class SpringCloudEtcdFormat implements RegistrationFormat {

    private static final Evidence BY_KEY = Evidence.layout("the key begins with /spring/cloud/discovery/");

    @Override
    public String name() {
        return "spring-cloud-etcd";
    }

    @Override
    public ParseResult parse(RegistryEntry entry) {
        return entry.path().startsWith("spring/cloud/discovery/")
                ? new ParseResult.NotARegistration("not gRPC: an HTTP server of Spring Cloud", BY_KEY)
                : new ParseResult.Foreign("the key does not begin with /spring/cloud/discovery/");
    }
}
