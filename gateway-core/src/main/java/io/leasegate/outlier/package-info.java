/** Which instances are taken out for a time because calls to them fail. */
@NullMarked
package io.leasegate.outlier;

import org.jspecify.annotations.NullMarked;
