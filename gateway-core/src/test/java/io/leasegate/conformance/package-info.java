/**
 * What the whole gateway owes its callers and instances, spoken in frames and calls on real sockets: nothing in here knows what the
 * codec is made of.
 */
@NullMarked
package io.leasegate.conformance;

import org.jspecify.annotations.NullMarked;
