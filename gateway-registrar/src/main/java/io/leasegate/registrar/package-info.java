/**
 * How a Java service registers itself in etcd: one key under a lease, kept there until closed. {@link
 * io.leasegate.registrar.Registrar} does it for any service, {@link io.leasegate.registrar.RegisteredServer} for a grpc-java server
 * in one line.
 */
@NullMarked
package io.leasegate.registrar;

import org.jspecify.annotations.NullMarked;
