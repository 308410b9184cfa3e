/** What is said of single calls (time limits, retries, hedges) and the counts behind it. Knows of no network. */
@NullMarked
package io.leasegate.resilience;

import org.jspecify.annotations.NullMarked;
