/** Where instances come from: etcd or a static list, followed and turned into one consistent view. */
@NullMarked
package io.leasegate.discovery;

import org.jspecify.annotations.NullMarked;
