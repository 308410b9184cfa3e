/** Tests of TLS: files, and real handshakes with both providers. */
@NullMarked
package io.leasegate.tls;

import org.jspecify.annotations.NullMarked;
