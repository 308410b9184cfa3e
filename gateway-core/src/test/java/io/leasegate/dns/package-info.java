@NullMarked
package io.leasegate.dns;

import org.jspecify.annotations.NullMarked;
