package io.leasegate.registrar;

/**
 * What is registered: one instance of a service. Immutable, already validated by {@link RegistrarBuilder}.
 *
 * @param name the service's name
 * @param address {@code host:port}
 * @param version the version, empty for none
 * @param weight the share of calls relative to the other instances, 0 or more
 */
record ServiceInstance(String name, String address, String version, long weight) {

    /** The key in etcd: {@code /name/address}, or {@code /name/version/address}. */
    String key() {
        return version.isEmpty() ? "/" + name + "/" + address : "/" + name + "/" + version + "/" + address;
    }

    /** The value in etcd: all four fields in this order without spaces, as Go marshals the struct of the same fields. */
    String json() {
        StringBuilder out = new StringBuilder(96);
        out.append("{\"name\":");
        GoJson.appendString(out, name);
        out.append(",\"addr\":");
        GoJson.appendString(out, address);
        out.append(",\"version\":");
        GoJson.appendString(out, version);
        return out.append(",\"weight\":").append(weight).append('}').toString();
    }

    ServiceInstance withWeight(long newWeight) {
        return new ServiceInstance(name, address, version, newWeight);
    }
}
