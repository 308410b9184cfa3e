/** The interop cases of grpc-java, directly and through the gateway. */
@NullMarked
package io.leasegate.server.interop;

import org.jspecify.annotations.NullMarked;
