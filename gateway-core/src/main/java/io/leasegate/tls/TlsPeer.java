package io.leasegate.tls;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What a handshake found out about the peer. Immutable.
 *
 * @param identity who its certificate speaks for, printable ASCII; null when it showed none
 * @param version the version of TLS, {@code TLSv1.3}
 * @param resumed whether an earlier session was taken up again
 */
public record TlsPeer(@Nullable AsciiString identity, String version, boolean resumed) {}
