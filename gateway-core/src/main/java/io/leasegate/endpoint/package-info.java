/** One address of a service: identity, health and counters. */
@NullMarked
package io.leasegate.endpoint;

import org.jspecify.annotations.NullMarked;
