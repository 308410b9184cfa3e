/** Tests of what reads the results of the suites, and of what stands between a suite and the gateway. */
@NullMarked
package io.leasegate.suites;

import org.jspecify.annotations.NullMarked;
