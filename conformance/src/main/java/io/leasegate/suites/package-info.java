/** Suites that others wrote, run against the gateway as a process: what each needs, how it is run, and how its result is read. */
@NullMarked
package io.leasegate.suites;

import org.jspecify.annotations.NullMarked;
