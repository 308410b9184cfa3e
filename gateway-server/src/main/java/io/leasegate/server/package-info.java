/** The gateway process: what the configuration asks for, put together, started and stopped. */
@NullMarked
package io.leasegate.server;

import org.jspecify.annotations.NullMarked;
