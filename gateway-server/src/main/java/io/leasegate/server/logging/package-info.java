/** The application log: Logback, set up in code. */
@NullMarked
package io.leasegate.server.logging;

import org.jspecify.annotations.NullMarked;
