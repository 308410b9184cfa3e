/** The soak test: all kinds of trouble at once, from a seed, while what must always hold is watched. */
@NullMarked
package io.leasegate.loadtest.soak;

import org.jspecify.annotations.NullMarked;
