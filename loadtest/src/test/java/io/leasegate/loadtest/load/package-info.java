/** Tests of the loads against the instance, with nothing between. */
@NullMarked
package io.leasegate.loadtest.load;

import org.jspecify.annotations.NullMarked;
