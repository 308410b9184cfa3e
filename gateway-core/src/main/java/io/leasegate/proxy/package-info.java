/** The data plane: relays calls between downstream and upstream connections. */
@NullMarked
package io.leasegate.proxy;

import org.jspecify.annotations.NullMarked;
