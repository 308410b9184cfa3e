/** Tests of header compression: examples, peers of another make, damage, bounds. */
@NullMarked
package io.leasegate.h2.hpack;

import org.jspecify.annotations.NullMarked;
