/** Benchmarks of the parts of a call and of a change of the table. */
@NullMarked
package io.leasegate.benchmarks;

import org.jspecify.annotations.NullMarked;
