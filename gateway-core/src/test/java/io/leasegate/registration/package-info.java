/** Tests of the registration formats. */
@NullMarked
package io.leasegate.registration;

import org.jspecify.annotations.NullMarked;
