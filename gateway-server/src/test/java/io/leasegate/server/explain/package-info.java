/** Explanations of calls, and the calls that are kept for them. */
@NullMarked
package io.leasegate.server.explain;

import org.jspecify.annotations.NullMarked;
