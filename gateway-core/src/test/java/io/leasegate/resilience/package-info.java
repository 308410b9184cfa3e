/** Tests of policies and of the counts behind them. */
@NullMarked
package io.leasegate.resilience;

import org.jspecify.annotations.NullMarked;
