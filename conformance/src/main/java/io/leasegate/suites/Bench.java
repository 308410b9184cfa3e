package io.leasegate.suites;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a suite works with: the checkout, the tools, and a folder for its files. One thread.
 *
 * @param home the checkout, with the launcher
 * @param tools what was installed
 * @param scratch a folder that is thrown away after the suite
 */
record Bench(Path home, Tools tools, Path scratch) {

    Path file(String name) {
        return scratch.resolve(name);
    }

    /** Writes a text file into the folder. */
    Path write(String name, String text) throws IOException {
        return Files.writeString(file(name), text);
    }

    /** One of gRPC's test certificates and keys, as a file: {@code ca.pem}, {@code server1.pem}, {@code server1.key} and more. */
    Path certificate(String name) throws IOException {
        Path file = file(name);
        if (!Files.exists(file)) {
            try (InputStream in = Bench.class.getResourceAsStream("/certs/" + name)) {
                if (in == null) {
                    throw new IOException("grpc-testing has no certs/" + name + " any more: find out where it went");
                }
                Files.copy(in, file);
            }
        }
        return file;
    }

    /** The listener settings for TLS with gRPC's test certificate of {@code *.test.google.fr}. */
    ListenerTls testTls() throws IOException {
        return new ListenerTls(certificate("server1.pem"), certificate("server1.key"), null);
    }
}
