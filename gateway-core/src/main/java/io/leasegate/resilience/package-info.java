/** Deadlines, limits and retries. */
@NullMarked
package io.leasegate.resilience;

import org.jspecify.annotations.NullMarked;
