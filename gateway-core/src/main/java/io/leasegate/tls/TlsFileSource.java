package io.leasegate.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Something that is made of files, and made anew when they change. Called by one thread at a time. */
interface TlsFileSource {

    /** What it is for, such as {@code listener public}. */
    String owner();

    List<Path> files();

    /**
     * Reads the files and puts what is in them to use; when they cannot be used, all stays as it was.
     *
     * @throws IOException when they cannot; the message names the file, and says why and what to do
     */
    void load() throws IOException;

    /** What was loaded last. */
    List<CertificateFile> certificates();

    /** The same for people. */
    String content();
}
