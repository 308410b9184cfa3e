/** The admin listener: readiness, metrics and the table of services over HTTP/1.1. */
@NullMarked
package io.leasegate.server.admin;

import org.jspecify.annotations.NullMarked;
