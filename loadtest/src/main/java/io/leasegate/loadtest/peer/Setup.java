package io.leasegate.loadtest.peer;

import io.leasegate.loadtest.host.Certificate;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy is to do in one measurement. Immutable.
 *
 * @param folder for its files, its own
 * @param port on 127.0.0.1 where it is to listen
 * @param adminPort on 127.0.0.1 for its administration, if it needs that
 * @param service the name that calls give in {@code :authority}
 * @param instancePorts of the instances on 127.0.0.1, in clear text
 * @param tls null for clear text
 * @param etcdUrl where the service is registered, or null for none
 */
public record Setup(
        Path folder,
        int port,
        int adminPort,
        String service,
        List<Integer> instancePorts,
        @Nullable Certificate tls,
        @Nullable String etcdUrl) {

    public Setup {
        instancePorts = List.copyOf(instancePorts);
    }

    Path file(String name) {
        return folder.resolve(name);
    }
}
