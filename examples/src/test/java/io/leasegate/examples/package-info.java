/** Tests of the demo services, on real servers and channels. */
@NullMarked
package io.leasegate.examples;

import org.jspecify.annotations.NullMarked;
