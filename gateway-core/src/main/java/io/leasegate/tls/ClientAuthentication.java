package io.leasegate.tls;

import io.netty.handler.ssl.ClientAuth;

/** Whether a client must show a certificate. */
public enum ClientAuthentication {
    /** None is asked for. */
    NONE(ClientAuth.NONE),
    /** A client without one is taken; one that does not verify is refused. */
    OPTIONAL(ClientAuth.OPTIONAL),
    /** A client without one is refused. */
    REQUIRE(ClientAuth.REQUIRE);

    private final ClientAuth netty;

    ClientAuthentication(ClientAuth netty) {
        this.netty = netty;
    }

    ClientAuth netty() {
        return netty;
    }
}
