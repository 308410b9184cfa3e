/** Tests of the release archive as a user has it: unpacked, and started with its launcher. */
@NullMarked
package io.leasegate.distribution;

import org.jspecify.annotations.NullMarked;
