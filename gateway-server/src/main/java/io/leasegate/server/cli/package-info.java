/**
 * The command line: {@link io.leasegate.server.cli.Main}, which starts {@code serve} by itself, and one class per subcommand below
 * {@link io.leasegate.server.cli.RootCommand}.
 */
@NullMarked
package io.leasegate.server.cli;

import org.jspecify.annotations.NullMarked;
