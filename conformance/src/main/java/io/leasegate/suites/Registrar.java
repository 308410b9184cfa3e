package io.leasegate.suites;

/**
 * A library with which programs in Go register. The program of each is in {@code conformance/registrars}, in the folder of that name.
 */
enum Registrar {
    /** The demo that the format comes from, rebuilt on etcd's client. */
    SEED("seed", "/", true),
    /** etcd's package {@code naming/endpoints}. */
    ETCD_NAMING("etcd-naming", Registrar.SERVICE + "/", false),
    GO_ZERO("go-zero", Registrar.SERVICE + "/", true),
    KRATOS("kratos", "/", true),
    GO_MICRO("go-micro", "/", true),
    KITEX("kitex", "kitex/registry-etcd/", true);

    /** The name that all of them register under. */
    static final String SERVICE = "registrars.echo";

    private final String id;
    private final String prefix;
    private final boolean registersAnew;

    Registrar(String id, String prefix, boolean registersAnew) {
        this.id = id;
        this.prefix = prefix;
        this.registersAnew = registersAnew;
    }

    /** The folder of its program, and what the gateway calls the format of its keys. */
    String id() {
        return id;
    }

    /** The prefix of the gateway's configuration under which its keys are. */
    String prefix() {
        return prefix;
    }

    /** Whether it registers again by itself when its lease has gone. */
    boolean registersAnew() {
        return registersAnew;
    }
}
