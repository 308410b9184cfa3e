/** The command line: {@link io.leasegate.server.cli.Main} and one class per subcommand. */
@NullMarked
package io.leasegate.server.cli;

import org.jspecify.annotations.NullMarked;
