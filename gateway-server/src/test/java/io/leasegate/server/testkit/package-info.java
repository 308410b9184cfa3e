/** What several tests of this module share. */
@NullMarked
package io.leasegate.server.testkit;

import org.jspecify.annotations.NullMarked;
