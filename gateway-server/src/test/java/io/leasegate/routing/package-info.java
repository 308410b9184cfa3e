/** Test access to tables. */
@NullMarked
package io.leasegate.routing;

import org.jspecify.annotations.NullMarked;
