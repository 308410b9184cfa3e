/** Whole gateway processes. */
@org.jspecify.annotations.NullMarked
package io.leasegate.server;
