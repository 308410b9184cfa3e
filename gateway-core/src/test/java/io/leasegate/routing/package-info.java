/** Tests of matching and of the builder of tables. */
@NullMarked
package io.leasegate.routing;

import org.jspecify.annotations.NullMarked;
