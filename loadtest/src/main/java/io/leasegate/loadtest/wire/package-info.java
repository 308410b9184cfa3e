/** The little of HTTP/2 that the load generator and its instance need: raw frames on Netty, apart from the gateway's codec. */
@NullMarked
package io.leasegate.loadtest.wire;

import org.jspecify.annotations.NullMarked;
