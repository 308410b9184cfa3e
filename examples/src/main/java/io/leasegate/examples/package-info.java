/**
 * The two demo services of the development stack, and a client. {@link io.leasegate.examples.GreeterService} greets;
 * {@link io.leasegate.examples.ReceptionService} has a whole party greeted by it through the gateway, so that one user request fans
 * out. Both register themselves under a lease, answer health checks and describe themselves by server reflection: all of that is in
 * {@link io.leasegate.examples.DemoServer}.
 */
@NullMarked
package io.leasegate.examples;

import org.jspecify.annotations.NullMarked;
