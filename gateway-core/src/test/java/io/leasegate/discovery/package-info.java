/** Tests of discovery: against a simulated etcd with a clock of its own, and against real processes. */
@NullMarked
package io.leasegate.discovery;

import org.jspecify.annotations.NullMarked;
