/** One line per call, written beside the event loops. */
@NullMarked
package io.leasegate.server.accesslog;

import org.jspecify.annotations.NullMarked;
