package io.leasegate.suites;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The {@code tls} block of a listener.
 *
 * @param clientCa who signs the client certificates that are then required, null when none are asked for
 */
record ListenerTls(
        Path certificate, Path privateKey, @Nullable Path clientCa) {

    String hocon() {
        String client = clientCa == null ? "" : ", client-ca = \"" + clientCa + "\", client-auth = require";
        return "tls { certificate = \"" + certificate + "\", private-key = \"" + privateKey + "\"" + client + " }";
    }
}
