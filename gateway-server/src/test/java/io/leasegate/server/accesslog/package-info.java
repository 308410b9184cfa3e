/** Tests of the access log. */
@NullMarked
package io.leasegate.server.accesslog;

import org.jspecify.annotations.NullMarked;
