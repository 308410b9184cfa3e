/** Tests of the reports. */
@NullMarked
package io.leasegate.loadtest.report;

import org.jspecify.annotations.NullMarked;
