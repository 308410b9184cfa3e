/** Tests of the calls. */
@NullMarked
package io.leasegate.loadtest.calls;

import org.jspecify.annotations.NullMarked;
