package io.leasegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** RFC 8305 section 4: in which order the addresses of a name are tried. */
class AddressOrderTest {

    private static InetSocketAddress address(String literal) {
        try {
            return new InetSocketAddress(InetAddress.getByName(literal), 1);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static List<InetSocketAddress> addresses(String... literals) {
        return Stream.of(literals).map(AddressOrderTest::address).toList();
    }

    @Test
    void familiesTakeTurnsWithIpv6First() {
        assertThat(AddressOrder.of(addresses("10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::1", "fd00::2"), null))
                .isEqualTo(addresses("fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2", "10.0.0.3"));
    }

    @Test
    void withinAFamilyTheResolversOrderStays() {
        assertThat(AddressOrder.of(addresses("10.0.0.2", "10.0.0.1"), null))
                .isEqualTo(addresses("10.0.0.2", "10.0.0.1"));
        assertThat(AddressOrder.of(addresses("fd00::2", "fd00::1"), null)).isEqualTo(addresses("fd00::2", "fd00::1"));
    }

    @Test
    void whatWorkedLastIsFirstAndTheOtherFamilyFollows() throws Exception {
        assertThat(AddressOrder.of(
                        addresses("fd00::1", "fd00::2", "10.0.0.1", "10.0.0.2"), InetAddress.getByName("10.0.0.2")))
                .isEqualTo(addresses("10.0.0.2", "fd00::1", "10.0.0.1", "fd00::2"));
        assertThat(AddressOrder.of(
                        addresses("10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2"), InetAddress.getByName("fd00::2")))
                .isEqualTo(addresses("fd00::2", "10.0.0.1", "fd00::1", "10.0.0.2"));
    }

    @Test
    void whatWorkedLastAndIsGoneIsForgotten() throws Exception {
        assertThat(AddressOrder.of(addresses("10.0.0.1", "fd00::1"), InetAddress.getByName("10.0.0.9")))
                .isEqualTo(addresses("fd00::1", "10.0.0.1"));
    }
}
