/** Tests of the figures. */
@NullMarked
package io.leasegate.loadtest.bench;

import org.jspecify.annotations.NullMarked;
