/** Tests of the admin listener. */
@NullMarked
package io.leasegate.server.admin;

import org.jspecify.annotations.NullMarked;
