/** HTTP/2 connections and streams as the relay needs them, and the gRPC words spoken over them. */
@NullMarked
package io.leasegate.h2;

import org.jspecify.annotations.NullMarked;
