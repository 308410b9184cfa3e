package io.leasegate.suites;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** What is done to folders with all that is in them. */
final class Folders {

    private Folders() {}

    static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> all = Files.walk(root)) {
            paths = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path p : paths) {
            Files.deleteIfExists(p);
        }
    }

    /** Sixteen digits that are others when a file of these files and folders has another name or content. */
    static String digest(Path root, List<String> names) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
        for (String name : names) {
            List<Path> files;
            try (Stream<Path> all = Files.walk(root.resolve(name))) {
                files = all.filter(Files::isRegularFile).sorted().toList();
            }
            for (Path file : files) {
                byte[] content = Files.readAllBytes(file);
                digest.update((root.relativize(file) + "\n" + content.length + "\n").getBytes(StandardCharsets.UTF_8));
                digest.update(content);
            }
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }
}
