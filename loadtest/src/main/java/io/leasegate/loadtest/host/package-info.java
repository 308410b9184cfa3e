/** The machine: its cores, processes and what /proc tells of them, the private etcd, certificates. */
@NullMarked
package io.leasegate.loadtest.host;

import org.jspecify.annotations.NullMarked;
