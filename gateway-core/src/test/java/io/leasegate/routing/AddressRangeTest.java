package io.leasegate.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressRangeTest {

    private static byte[] bytes(String ip) throws UnknownHostException {
        return InetAddress.getByName(ip).getAddress();
    }

    @ParameterizedTest(name = "{2} in {0}/{1}: {3}")
    @CsvSource({
        "10.0.0.0, 8, 10.255.0.1, true",
        "10.0.0.0, 8, 11.0.0.1, false",
        "192.168.5.129, 25, 192.168.5.128, true",
        "192.168.5.129, 25, 192.168.5.127, false",
        "192.168.4.0, 22, 192.168.7.255, true",
        "192.168.4.0, 22, 192.168.8.0, false",
        "127.0.0.1, 32, 127.0.0.1, true",
        "127.0.0.1, 32, 127.0.0.2, false",
        "0.0.0.0, 0, 203.0.113.9, true",
        "0.0.0.0, 0, ::1, false",
        "fd00::, 8, fd12::1, true",
        "fd00::, 8, fe80::1, false",
        "2001:db8::, 33, 2001:db8:7fff::1, true",
        "2001:db8::, 33, 2001:db8:8000::1, false",
        "::, 0, 127.0.0.1, false",
    })
    void containsWhatSharesItsFirstBits(String network, int bits, String address, boolean expected)
            throws UnknownHostException {
        assertThat(new AddressRange(bytes(network), bits, "x").contains(bytes(address)))
                .isEqualTo(expected);
    }

    @Test
    void aClientWithoutAnAddressIsInNone() {
        assertThat(new AddressRange(new byte[4], 0, "x").contains(new byte[0])).isFalse();
    }

    @Test
    void thereAreNoMoreBitsThanAnAddressHas() {
        assertThatThrownBy(() -> new AddressRange(new byte[4], 33, "x")).hasMessage("bits: 33 (expected 0-32)");
    }
}
