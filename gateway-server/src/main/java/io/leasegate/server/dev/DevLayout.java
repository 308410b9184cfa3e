package io.leasegate.server.dev;

import io.leasegate.server.dev.DevSettings.RegistryKind;
import java.util.List;
import java.util.function.Consumer;

/**
 * Who listens where, all on 127.0.0.1. Immutable.
 *
 * @param gatewayPort where the gateway takes calls
 * @param adminPort its admin listener
 * @param etcdPort etcd's clients; 0 in a stack without etcd
 * @param etcdPeerPort etcd's other members, if there were any; 0 in a stack without etcd
 * @param instances the instances of the demo services
 */
record DevLayout(int gatewayPort, int adminPort, int etcdPort, int etcdPeerPort, List<DemoInstance> instances) {

    private static final int USUAL_PORT = 8080;
    private static final int USUAL_ADMIN_PORT = 9900;
    private static final int USUAL_ETCD_PORT = 2379;

    /** One instance of a demo service, as in greeter, greeter-1. */
    record DemoInstance(String service, String name, int port) {

        String address() {
            return "127.0.0.1:" + port;
        }
    }

    DevLayout {
        instances = List.copyOf(instances);
    }

    /** @param notes told in a line of text when a usual port is not free */
    static DevLayout choose(DevSettings settings, Consumer<String> notes) throws StackFailure {
        Ports ports = new Ports(notes);
        int gateway = ports.choose("the gateway", "--port", settings.port(), USUAL_PORT);
        int admin = ports.choose("the admin listener", "--admin-port", settings.adminPort(), USUAL_ADMIN_PORT);
        boolean etcd = settings.registry() == RegistryKind.ETCD;
        return new DevLayout(
                gateway,
                admin,
                etcd ? ports.choose("etcd", "--etcd-port", settings.etcdPort(), USUAL_ETCD_PORT) : 0,
                etcd ? ports.any() : 0,
                List.of(
                        new DemoInstance("greeter", "greeter-1", ports.any()),
                        new DemoInstance("greeter", "greeter-2", ports.any()),
                        new DemoInstance("reception", "reception-1", ports.any()),
                        new DemoInstance("reception", "reception-2", ports.any())));
    }

    String gateway() {
        return "127.0.0.1:" + gatewayPort;
    }

    String admin() {
        return "http://127.0.0.1:" + adminPort;
    }

    String etcd() {
        return "http://127.0.0.1:" + etcdPort;
    }

    /** The gateway's configuration. */
    String configuration() {
        StringBuilder text = new StringBuilder();
        text.append("# Written by leasegate dev.\nleasegate {\n");
        text.append("  listeners = [ { address = \"127.0.0.1\", port = ")
                .append(gatewayPort)
                .append(" } ]\n");
        text.append("  admin { address = \"127.0.0.1\", port = ")
                .append(adminPort)
                .append(" }\n");
        if (etcdPort != 0) {
            text.append("  discovery.etcd.endpoints = [ \"").append(etcd()).append("\" ]\n");
        } else {
            text.append("  discovery.static.services {\n");
            for (String service :
                    instances.stream().map(DemoInstance::service).distinct().toList()) {
                text.append("    ").append(service).append(" = [\n");
                instances.stream()
                        .filter(i -> i.service().equals(service))
                        .forEach(i -> text.append("      { address = \"")
                                .append(i.address())
                                .append("\", version = \"1.0.0\" }\n"));
                text.append("    ]\n");
            }
            text.append("  }\n");
        }
        return text.append("  drain.grace = 1s\n}\n").toString();
    }
}
