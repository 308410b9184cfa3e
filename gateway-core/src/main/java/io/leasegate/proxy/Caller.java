package io.leasegate.proxy;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Who is on the other side of a client's connection: what the records of its calls keep of it.
 *
 * @param address IP address and port
 * @param listener the name of the listener that took the connection
 * @param identity who the client's certificate speaks for, null when it showed none
 */
record Caller(String address, String listener, @Nullable AsciiString identity) {}
