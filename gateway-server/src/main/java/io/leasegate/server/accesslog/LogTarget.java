package io.leasegate.server.accesslog;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Where the lines go: the standard output, or a file that may be moved away at any time. Used by the writer alone. */
interface LogTarget {

    /** Writes some of the bytes; may block. */
    void write(ByteBuffer bytes) throws IOException;

    /** Called now and then: opens the file again when another one, or none, is at its path. */
    void reopenIfMoved() throws IOException;

    /** Ends the use of the target. */
    void close() throws IOException;

    /** For messages. */
    String name();

    static LogTarget open(@Nullable Path file) throws IOException {
        return file == null ? new StandardOutput() : new AppendedFile(file);
    }

    /** The standard output. Left open at the end: it is the process's. */
    final class StandardOutput implements LogTarget {

        @SuppressWarnings("resource") // The descriptor is the process's.
        private final WritableByteChannel channel = new FileOutputStream(FileDescriptor.out).getChannel();

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            channel.write(bytes);
        }

        @Override
        public void reopenIfMoved() {}

        @Override
        public void close() {}

        @Override
        public String name() {
            return "the standard output";
        }
    }

    /** A file that is only appended to, so that truncating it in place (copytruncate) works as well as moving it. */
    final class AppendedFile implements LogTarget {

        private final Path path;
        private FileChannel channel;
        private @Nullable Object identity;

        AppendedFile(Path path) throws IOException {
            this.path = path.toAbsolutePath();
            channel = open();
            identity = identity();
        }

        private FileChannel open() throws IOException {
            try {
                return FileChannel.open(
                        path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new IOException(
                        "access log: cannot append to " + path + ": " + e
                                + " (expected a file in an existing directory that the gateway may write to)",
                        e);
            }
        }

        /** The file that is at the path now, null when there is none. */
        private @Nullable Object identity() throws IOException {
            try {
                return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
            } catch (NoSuchFileException e) {
                return null;
            }
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            channel.write(bytes);
        }

        @Override
        public void reopenIfMoved() throws IOException {
            Object now = identity();
            if (now == null || !now.equals(identity)) {
                FileChannel next = open();
                channel.close();
                channel = next;
                identity = identity();
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }

        @Override
        public String name() {
            return path.toString();
        }
    }
}
