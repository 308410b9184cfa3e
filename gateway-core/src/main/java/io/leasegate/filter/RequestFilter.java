package io.leasegate.filter;

import io.leasegate.h2.HeaderBlock;

/**
 * Changes the header section of a request on its way to the instance. Called on the call's event loop, once per call; must not block
 * and must not keep the headers.
 */
public interface RequestFilter {

    void onRequest(RequestContext context, HeaderBlock headers);

    /** The trailers of a request, which seldom are. As above. */
    default void onTrailers(HeaderBlock trailers) {}
}
