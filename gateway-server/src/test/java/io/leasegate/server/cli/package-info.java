@NullMarked
package io.leasegate.server.cli;

import org.jspecify.annotations.NullMarked;
