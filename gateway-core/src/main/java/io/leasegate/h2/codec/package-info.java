/** HTTP/2 made for relaying: frames go from one connection's reader to another's output, with nothing kept in between but windows. */
@NullMarked
package io.leasegate.h2.codec;

import org.jspecify.annotations.NullMarked;
