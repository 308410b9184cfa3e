/** Tests of the peers' configurations. */
@NullMarked
package io.leasegate.loadtest.peer;

import org.jspecify.annotations.NullMarked;
