/** What is done to a request before it is forwarded. */
@NullMarked
package io.leasegate.filter;

import org.jspecify.annotations.NullMarked;
