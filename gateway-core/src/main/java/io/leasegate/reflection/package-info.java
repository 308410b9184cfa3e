/** Learns by gRPC server reflection what instances serve, so that calls find services that are registered under another name. */
@NullMarked
package io.leasegate.reflection;

import org.jspecify.annotations.NullMarked;
