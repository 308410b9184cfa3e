package io.leasegate.routing;

import java.util.Arrays;

/** A range of IP addresses: those that share their first bits (CIDR, RFC 4632, RFC 4291 section 2.3). Immutable. */
public final class AddressRange {

    private final byte[] network;
    private final int bits;
    private final String text;

    /**
     * A range.
     *
     * @param network 4 or 16 bytes; what is behind the bits does not count
     * @param bits how many of them all addresses of the range share
     * @param text as it was written
     */
    public AddressRange(byte[] network, int bits, String text) {
        if (bits < 0 || bits > 8 * network.length) {
            throw new IllegalArgumentException("bits: " + bits + " (expected 0-" + 8 * network.length + ")");
        }
        this.network = network.clone();
        this.bits = bits;
        this.text = text;
    }

    /** Whether an address, of 4 or 16 bytes, is in the range. None of the other family is. */
    public boolean contains(byte[] address) {
        if (address.length != network.length) {
            return false;
        }
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (address[i] != network[i]) {
                return false;
            }
        }
        int rest = bits % 8;
        return rest == 0 || ((address[whole] ^ network[whole]) & 0xff) >>> (8 - rest) == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange that && bits == that.bits && Arrays.equals(network, that.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + bits;
    }

    @Override
    public String toString() {
        return text;
    }
}
