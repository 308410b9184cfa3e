package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.proxy.ConnectionLimits;
import io.leasegate.proxy.ConnectionRefusal;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.Pause;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.ScriptedInstance;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One address with many connections: those within the limits are served, the others closed at once, over all event loops. */
@Timeout(120)
class ManyConnectionsTest {

    private static final int PER_ADDRESS = 20;

    @RegisterExtension
    final GatewayExtension gateway = GatewayExtension.create().connections(new ConnectionLimits(30, PER_ADDRESS, 0));

    /** A connection from another address of the loopback network. */
    private Socket connectFrom(String address) throws IOException {
        Socket s = new Socket();
        s.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
        s.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()), 5_000);
        return gateway.close(s);
    }

    private void awaitRefusals(int n) {
        Pause.until(
                Duration.ofSeconds(20),
                () -> "expected " + n + " refusals, got " + gateway.observer().refusals(),
                () -> gateway.observer().refusals().size() >= n);
    }

    private static void assertClosed(Socket s) throws IOException {
        s.setSoTimeout(20_000);
        try {
            assertThat(s.getInputStream().read()).isEqualTo(-1);
        } catch (java.net.SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    @Test
    void idleConnectionsOfOneAddressAreBoundedAndOthersServed() throws Exception {
        gateway.instance(AUTHORITY, ScriptedInstance::echo);
        List<RawHttp2Client> idle = new ArrayList<>();
        for (int i = 0; i < PER_ADDRESS; i++) {
            idle.add(gateway.client());
        }
        for (int i = 0; i < 50; i++) {
            assertClosed(connectFrom("127.0.0.1"));
        }
        awaitRefusals(50);
        assertThat(gateway.observer().refusals()).containsOnly(ConnectionRefusal.MAX_PER_ADDRESS);
        for (RawHttp2Client c : idle) {
            assertThat(c.unary(AUTHORITY, UNARY, "x").grpcStatus()).isZero();
        }
        // The address gets room again when one of its connections goes.
        idle.get(0).close();
        Pause.until(Duration.ofSeconds(20), () -> "no room", () -> RoomFor.oneMore(gateway.port()));
    }

    @Test
    void connectionsOfTheListenerAreBounded() throws Exception {
        List<Socket> open = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            open.add(connectFrom("127.0.0." + (2 + i % 3)));
        }
        assertClosed(connectFrom("127.0.0.9"));
        awaitRefusals(1);
        assertThat(gateway.observer().refusals()).containsOnly(ConnectionRefusal.MAX);
        for (Socket s : open) {
            s.close();
        }
        gateway.instance(AUTHORITY, ScriptedInstance::echo);
        Pause.until(Duration.ofSeconds(20), () -> "no room", () -> RoomFor.oneMore(gateway.port()));
        assertThat(gateway.client().unary(AUTHORITY, UNARY, "x").grpcStatus()).isZero();
    }

    /** Whether a new connection is greeted with SETTINGS. */
    private static final class RoomFor {
        static boolean oneMore(int port) {
            try (RawHttp2Client c =
                    RawHttp2Client.connect(port, PeerOptions.defaults().timeout(Duration.ofSeconds(5)))) {
                c.expectAlive();
                return true;
            } catch (AssertionError | RuntimeException refused) {
                return false;
            }
        }
    }
}
