/** Tests of the drills. */
@NullMarked
package io.leasegate.loadtest.drill;

import org.jspecify.annotations.NullMarked;
