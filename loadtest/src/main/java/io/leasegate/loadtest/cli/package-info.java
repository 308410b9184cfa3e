/** The command {@code leasegate bench}. */
@NullMarked
package io.leasegate.loadtest.cli;

import org.jspecify.annotations.NullMarked;
