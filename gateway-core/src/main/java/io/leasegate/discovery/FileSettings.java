package io.leasegate.discovery;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file of instances that is watched.
 *
 * @param path where it is; it need not be there yet
 * @param intervalMillis between two looks at it, 1 or more
 * @param format how it is read
 */
public record FileSettings(Path path, long intervalMillis, Format format) {

    /** The largest file that is read. A hundred thousand instances are less. */
    public static final int MAX_BYTES = 16 * 1024 * 1024;

    public FileSettings {
        if (intervalMillis < 1) {
            throw new IllegalArgumentException("intervalMillis: " + intervalMillis + " (expected 1 or more)");
        }
    }

    /** From the bytes of the file to what it lists. Called on the thread that reads the file. */
    @FunctionalInterface
    public interface Format {

        /**
         * Reads the whole content.
         *
         * @throws IOException when it cannot be used; the message says what is wrong, where, and what was expected
         */
        StaticSettings read(byte[] content) throws IOException;
    }
}
