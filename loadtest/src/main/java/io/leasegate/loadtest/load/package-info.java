/** The instance that answers and the workloads that call, all on a few event loops of this process. */
@NullMarked
package io.leasegate.loadtest.load;

import org.jspecify.annotations.NullMarked;
