package io.leasegate.server.accesslog;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The access log.
 *
 * @param format the form of a line
 * @param file where to append, null for the standard output
 * @param bufferBytes how much each event loop may have waiting for the writer, at least 64 KiB; rounded up to a power of two
 */
public record AccessLogSettings(
        AccessLogFormat format, @Nullable Path file, int bufferBytes) {

    static final int MIN_BUFFER_BYTES = 64 * 1024;

    public AccessLogSettings {
        requireNonNull(format, "format");
        if (bufferBytes < MIN_BUFFER_BYTES || bufferBytes > 1 << 30) {
            throw new IllegalArgumentException(
                    "bufferBytes: " + bufferBytes + " (expected " + MIN_BUFFER_BYTES + "-" + (1 << 30) + ")");
        }
    }

    /** With 1 MiB per event loop, which holds about 2,500 lines. */
    public static AccessLogSettings of(AccessLogFormat format, @Nullable Path file) {
        return new AccessLogSettings(format, file, 1 << 20);
    }
}
