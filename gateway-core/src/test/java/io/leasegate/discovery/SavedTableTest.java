package io.leasegate.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedTableTest {

    @TempDir
    Path directory;

    private static SavedTable table() {
        Traits traits = Traits.builder()
                .weight(7)
                .version("1.2.3")
                .zone("z")
                .region("r")
                .tags(List.of("a", "b"))
                .protocol("grpc")
                .tls(true)
                .enabled(true)
                .healthy(false)
                .metadata(Map.of("k", "v \u00e9 \n\"", "empty", ""))
                .build();
        return new SavedTable(
                42,
                -77,
                1_700_000_000_000L,
                List.of(
                        new Instance(new EndpointId("echo", "fd00::1", 8888), traits, "seed", "/echo/a", -5, 15, 41),
                        new Instance(new EndpointId("b", "host", 1), Traits.NONE, "kratos", "/b", 0, 0, 3)));
    }

    @Test
    void whatIsReadIsWhatWasWritten() throws IOException {
        Path file = directory.resolve("table");
        assertThat(SavedTable.read(file)).isNull();
        table().write(file);
        assertThat(SavedTable.read(file)).isEqualTo(table());
        new SavedTable(43, 1, 2, List.of()).write(file);
        assertThat(SavedTable.read(file)).isEqualTo(new SavedTable(43, 1, 2, List.of()));
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).as("nothing lies about").containsExactly(file);
        }
    }

    @Test
    void everyDamageIsNoticed() throws IOException {
        Path file = directory.resolve("table");
        table().write(file);
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            Files.write(file, bad);
            assertThatThrownBy(() -> SavedTable.read(file)).as("byte " + i).isInstanceOf(IOException.class);
        }
        for (int length = 0; length < good.length; length++) {
            Files.write(file, Arrays.copyOf(good, length));
            assertThatThrownBy(() -> SavedTable.read(file))
                    .as("length " + length)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void whatIsWrongIsSaid() throws IOException {
        Path file = directory.resolve("table");
        table().write(file);
        String good = Files.readString(file);
        Files.writeString(file, good.replaceFirst("table 1", "table 2"));
        assertThatThrownBy(() -> SavedTable.read(file)).hasMessageContaining("version 2 (expected 1)");
        Files.writeString(file, good.substring(0, good.length() - 1));
        assertThatThrownBy(() -> SavedTable.read(file)).hasMessageContaining("cut off");
        Files.writeString(file, good.replace("\"echo\"", "\"acho\""));
        assertThatThrownBy(() -> SavedTable.read(file)).hasMessageContaining("damaged");
        Files.writeString(file, "listeners = []");
        assertThatThrownBy(() -> SavedTable.read(file)).hasMessageContaining("no saved table");
    }

    @Test
    void aPlaceThatCannotBeWrittenToKeepsWhatIsThere() throws IOException {
        Path file = directory.resolve("table");
        table().write(file);
        Files.createDirectory(directory.resolve("table.new"));
        assertThatThrownBy(() -> new SavedTable(1, 1, 1, List.of()).write(file)).isInstanceOf(IOException.class);
        assertThat(SavedTable.read(file)).isEqualTo(table());
    }
}
