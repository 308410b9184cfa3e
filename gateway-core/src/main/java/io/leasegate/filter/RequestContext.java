package io.leasegate.filter;

import io.netty.util.AsciiString;

/** What a filter may know of a call besides its headers. */
public interface RequestContext {

    /** The caller's IP address, without its port. */
    AsciiString downstreamHost();

    /** The id of the call: the caller's, or a new one. */
    AsciiString requestId();

    /** Whether the instance is reached over TLS. */
    boolean upstreamTls();
}
