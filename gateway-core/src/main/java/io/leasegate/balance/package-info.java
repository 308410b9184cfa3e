/** Which endpoint of a cluster gets the next call. */
@NullMarked
package io.leasegate.balance;

import org.jspecify.annotations.NullMarked;
