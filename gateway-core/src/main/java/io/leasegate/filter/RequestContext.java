package io.leasegate.filter;

import io.leasegate.h2.HeaderField;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** What a filter may know of a call besides its headers. */
public interface RequestContext {

    /** {@code x-forwarded-for} with the caller's IP address, without its port. */
    HeaderField forwardedFor();

    /** The id of the call: the caller's, or a new one. */
    AsciiString requestId();

    /** Whether the caller came over TLS. */
    boolean downstreamTls();

    /** The header field that tells instances who the caller's certificate speaks for, null for none. */
    @Nullable
    HeaderField identityField();

    /** Whether the instance is reached over TLS. */
    boolean upstreamTls();
}
