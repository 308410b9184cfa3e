/** The proxies that are compared, one class each: its configuration, how it starts, and what version it is. */
@NullMarked
package io.leasegate.loadtest.peer;

import org.jspecify.annotations.NullMarked;
