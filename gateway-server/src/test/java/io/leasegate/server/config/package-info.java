@NullMarked
package io.leasegate.server.config;

import org.jspecify.annotations.NullMarked;
