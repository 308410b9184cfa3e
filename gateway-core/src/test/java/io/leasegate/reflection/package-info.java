/** Tests of what is learned by server reflection. */
@NullMarked
package io.leasegate.reflection;

import org.jspecify.annotations.NullMarked;
