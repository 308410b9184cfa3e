/** Tests of the module as a whole. */
@NullMarked
package io.leasegate.loadtest;

import org.jspecify.annotations.NullMarked;
