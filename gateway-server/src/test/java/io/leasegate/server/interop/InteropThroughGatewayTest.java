package io.leasegate.server.interop;

import io.leasegate.testkit.GatewayExtension;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The interop cases with the gateway between client and server. */
class InteropThroughGatewayTest {

    /** Cases that ask for the very addresses that client and server connect with, which a gateway splits by design. */
    private static final Set<String> SKIPPED = Set.of("getServerAddressAndLocalAddressFromClient");

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create();

    /** The second is what a case asks for in vain: the server is to say so, and the case looks whether it was the server. */
    private static final List<String> SERVICES = List.of("testservice", "unimplementedservice");

    private int registeredPort;

    @TestFactory
    Stream<DynamicTest> cases() {
        return InteropCases.all(this::register, SKIPPED);
    }

    /** Puts the case's server in the place of the last one's. */
    private int register(int serverPort) {
        for (String service : SERVICES) {
            if (registeredPort != 0) {
                gateway.unregister(service, registeredPort);
            }
            gateway.register(service, serverPort);
        }
        registeredPort = serverPort;
        return gateway.port();
    }
}
