/** A private stack of processes: etcd, the gateway, instances of the demo services. */
@NullMarked
package io.leasegate.loadtest.stack;

import org.jspecify.annotations.NullMarked;
