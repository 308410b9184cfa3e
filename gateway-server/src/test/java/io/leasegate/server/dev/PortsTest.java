package io.leasegate.server.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortsTest {

    private final List<String> notes = new ArrayList<>();
    private final Ports ports = new Ports(notes::add);

    @Test
    void takesTheUsualPortWhenItIsFree() throws Exception {
        int usual = ports.any();
        assertThat(new Ports(notes::add).choose("the gateway", "--port", null, usual))
                .isEqualTo(usual);
        assertThat(notes).isEmpty();
    }

    @Test
    void takesAnotherPortAndSaysSoWhenTheUsualOneIsInUse() throws Exception {
        try (ServerSocket busy = listenOn(InetAddress.getLoopbackAddress())) {
            int port = ports.choose("the gateway", "--port", null, busy.getLocalPort());
            assertThat(port).isNotEqualTo(busy.getLocalPort()).isPositive();
            assertThat(notes)
                    .containsExactly("port " + busy.getLocalPort() + " is in use, so the gateway gets " + port);
        }
    }

    @Test
    void aListenerOnAllAddressesCountsToo() throws Exception {
        try (ServerSocket busy = listenOn(new InetSocketAddress(0).getAddress())) {
            assertThat(ports.choose("the gateway", "--port", null, busy.getLocalPort()))
                    .isNotEqualTo(busy.getLocalPort());
        }
    }

    @Test
    void refusesAPortThatWasAskedForAndIsInUse() throws Exception {
        try (ServerSocket busy = listenOn(InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> ports.choose("the gateway", "--port", busy.getLocalPort(), 8080))
                    .isInstanceOf(StackFailure.class)
                    .hasMessageStartingWith("Port " + busy.getLocalPort() + ", asked for with --port, is in use");
        }
    }

    @Test
    void zeroAsksForAnyPort() throws Exception {
        assertThat(ports.choose("the gateway", "--port", 0, 8080)).isPositive();
        assertThat(notes).isEmpty();
    }

    @Test
    void givesNoPortTwice() throws Exception {
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            assertThat(seen.add(ports.any())).isTrue();
        }
        int taken = seen.iterator().next();
        assertThat(ports.choose("the gateway", "--port", null, taken)).isNotIn(seen);
    }

    private static ServerSocket listenOn(InetAddress address) throws IOException {
        return new ServerSocket(0, 1, address);
    }
}
