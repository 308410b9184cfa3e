package io.leasegate.server.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The line per call.
 *
 * @param enabled whether it is written
 * @param format its form
 * @param file where to append, null for the standard output
 */
public record AccessLogConfig(
        boolean enabled, LogFormat format, @Nullable Path file) {}
