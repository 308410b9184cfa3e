/** Tests of the command. */
@NullMarked
package io.leasegate.loadtest.cli;

import org.jspecify.annotations.NullMarked;
