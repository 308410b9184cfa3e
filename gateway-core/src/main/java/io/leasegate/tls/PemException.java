package io.leasegate.tls;

import java.io.IOException;
import java.nio.file.Path;

/** A file with certificates or a key cannot be used. */
public final class PemException extends IOException {

    private static final long serialVersionUID = 1;

    private final transient Path file;
    private final String problem;

    PemException(Path file, String problem) {
        super(file + ": " + problem);
        this.file = file;
        this.problem = problem;
    }

    public Path file() {
        return file;
    }

    /** What is wrong and what to do, without the file's name in front. */
    public String problem() {
        return problem;
    }
}
