/**
 * The configuration file: {@link io.leasegate.server.config.ConfigLoader} turns it into immutable records, or into a list of all its
 * errors. Nothing outside this package sees the file's format.
 */
@NullMarked
package io.leasegate.server.config;

import org.jspecify.annotations.NullMarked;
