/** Calls with an id of their own: who makes them, how each ended, and how often each was executed. */
@NullMarked
package io.leasegate.loadtest.calls;

import org.jspecify.annotations.NullMarked;
