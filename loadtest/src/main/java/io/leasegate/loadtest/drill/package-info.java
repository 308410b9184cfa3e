/** Drills: something is done to a private stack under load, and what callers noticed is counted. */
@NullMarked
package io.leasegate.loadtest.drill;

import org.jspecify.annotations.NullMarked;
