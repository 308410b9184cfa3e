/** Which cluster a request goes to: an immutable {@link io.leasegate.routing.RouteTable}, replaced as a whole. */
@NullMarked
package io.leasegate.routing;

import org.jspecify.annotations.NullMarked;
