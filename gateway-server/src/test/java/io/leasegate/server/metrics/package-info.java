/** Tests of the meters. */
@NullMarked
package io.leasegate.server.metrics;

import org.jspecify.annotations.NullMarked;
