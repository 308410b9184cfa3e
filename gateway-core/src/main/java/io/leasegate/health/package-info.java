/** Which endpoints can take calls: connection state and {@code grpc.health.v1}. */
@NullMarked
package io.leasegate.health;

import org.jspecify.annotations.NullMarked;
