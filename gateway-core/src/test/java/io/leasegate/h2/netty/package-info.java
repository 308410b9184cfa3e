/** HTTP/2 on Netty's own codec, at the level of its connection handler and frame listener. */
@NullMarked
package io.leasegate.h2.netty;

import org.jspecify.annotations.NullMarked;
