/** Tests of what is read of the machine. */
@NullMarked
package io.leasegate.loadtest.host;

import org.jspecify.annotations.NullMarked;
