/** Names that are looked up by DNS, and followed: what the name servers say, how long it counts, and what counts when they say nothing. */
@NullMarked
package io.leasegate.dns;

import org.jspecify.annotations.NullMarked;
