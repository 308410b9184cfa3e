package io.leasegate.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {

    @TempDir
    Path root;

    @Test
    void theDigestIsAnotherOneForOtherSources() throws IOException {
        Files.writeString(root.resolve("go.mod"), "module x");
        Path program = Files.createDirectory(root.resolve("program"));
        Path main = Files.writeString(program.resolve("main.go"), "package main");
        List<String> names = List.of("go.mod", "program");
        String first = Folders.digest(root, names);
        assertThat(first).matches("[0-9a-f]{16}").isEqualTo(Folders.digest(root, names));

        Files.writeString(root.resolve("not-asked-for"), "x");
        assertThat(Folders.digest(root, names)).isEqualTo(first);

        Files.writeString(main, "package Main");
        String changed = Folders.digest(root, names);
        assertThat(changed).isNotEqualTo(first);

        Files.move(main, program.resolve("other.go"));
        assertThat(Folders.digest(root, names)).isNotEqualTo(changed).isNotEqualTo(first);
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertThatThrownBy(() -> Folders.digest(root, List.of("go.sum")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("go.sum");
    }
}
