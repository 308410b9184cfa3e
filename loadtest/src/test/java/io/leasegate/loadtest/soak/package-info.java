/** Tests of the soak. */
@NullMarked
package io.leasegate.loadtest.soak;

import org.jspecify.annotations.NullMarked;
