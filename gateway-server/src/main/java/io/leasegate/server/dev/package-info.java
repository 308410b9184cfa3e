/**
 * {@code leasegate dev}: the whole stack on one machine, each part a process of its own. {@link io.leasegate.server.dev.DevCommand} reads
 * the command line and stays in the foreground, {@link io.leasegate.server.dev.DevStack} starts and stops the parts,
 * {@link io.leasegate.server.dev.ProcessGuard} sees to it that nothing is left when this process is killed.
 */
@NullMarked
package io.leasegate.server.dev;

import org.jspecify.annotations.NullMarked;
