/** A great many calls with everything that can go wrong with them; afterwards nothing may be left. */
@NullMarked
package io.leasegate.soak;

import org.jspecify.annotations.NullMarked;
