/** Tests of the application log. */
@NullMarked
package io.leasegate.server.logging;

import org.jspecify.annotations.NullMarked;
