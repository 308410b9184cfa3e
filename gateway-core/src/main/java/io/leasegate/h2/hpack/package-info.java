/** Header compression (RFC 7541) made for a relay: fields are objects that are shared, not texts that are built again. */
@NullMarked
package io.leasegate.h2.hpack;

import org.jspecify.annotations.NullMarked;
