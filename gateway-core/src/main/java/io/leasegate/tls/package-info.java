/** TLS on both sides: files, handshakes, who the peer is. */
@NullMarked
package io.leasegate.tls;

import org.jspecify.annotations.NullMarked;
