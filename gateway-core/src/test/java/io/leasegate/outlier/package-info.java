/** Tests of outlier detection. */
@NullMarked
package io.leasegate.outlier;

import org.jspecify.annotations.NullMarked;
