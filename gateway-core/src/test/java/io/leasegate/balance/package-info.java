/** Tests of the balancing policies: contract, shares, and a simulation in virtual time. */
@NullMarked
package io.leasegate.balance;

import org.jspecify.annotations.NullMarked;
