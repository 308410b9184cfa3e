/** Tests of the wire. */
@NullMarked
package io.leasegate.loadtest.wire;

import org.jspecify.annotations.NullMarked;
