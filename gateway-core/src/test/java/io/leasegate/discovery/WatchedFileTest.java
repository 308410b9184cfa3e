package io.leasegate.discovery;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.Pause;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every way in which a file may change is noticed, and nothing is taken for its content that is not. */
@Timeout(60)
class WatchedFileTest {

    private static final long INTERVAL_MILLIS = 20;

    @TempDir
    private Path directory = Path.of("");

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final AtomicInteger unchanged = new AtomicInteger();

    @SuppressWarnings("NullAway.Init")
    private WatchedFile watched;

    private void watch(Path path) {
        watched = new WatchedFile(path, INTERVAL_MILLIS, new WatchedFile.Listener() {
            @Override
            public void onContent(byte[] content) {
                heard.add(new String(content, StandardCharsets.UTF_8));
            }

            @Override
            public void onUnreadable(String reason) {
                heard.add("! " + reason);
            }

            @Override
            public void onUnchanged() {
                unchanged.incrementAndGet();
            }
        });
        watched.start();
    }

    @AfterEach
    void close() {
        watched.close();
    }

    /** The next thing that is heard; in between it is looked at several times, so that anything told twice would be found. */
    private void expectNext(String text) {
        int before = heard.isEmpty() || !heard.get(heard.size() - 1).equals(text) ? heard.size() + 1 : heard.size();
        Pause.until(
                Duration.ofSeconds(20), () -> "heard " + heard + ", expected " + text, () -> heard.size() >= before);
        assertThat(heard.get(heard.size() - 1)).isEqualTo(text);
        settle();
        assertThat(heard).hasSize(before);
    }

    private void settle() {
        int looks = unchanged.get() + 3;
        Pause.until(Duration.ofSeconds(20), () -> "nobody looks any more", () -> unchanged.get() >= looks);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    @Test
    void aFileThatIsRenamedIntoItsPlaceIsNoticed() throws IOException {
        Path file = write("file", "one");
        watch(file);
        expectNext("one");
        Files.move(write("file.new", "two"), file, ATOMIC_MOVE, REPLACE_EXISTING);
        expectNext("two");
    }

    /** A ConfigMap: FILE links to ..data/FILE, and ..data to a directory that is new for each version. */
    @Test
    void aLinkThatIsSwitchedOverIsNoticed() throws IOException {
        Path first = Files.createDirectory(directory.resolve("..2026_01"));
        Path second = Files.createDirectory(directory.resolve("..2026_02"));
        Files.writeString(first.resolve("file"), "one");
        Files.writeString(second.resolve("file"), "two");
        Files.createSymbolicLink(directory.resolve("..data"), first.getFileName());
        watch(Files.createSymbolicLink(directory.resolve("file"), Path.of("..data", "file")));
        expectNext("one");
        Path link = Files.createSymbolicLink(directory.resolve("..data_tmp"), second.getFileName());
        Files.move(link, directory.resolve("..data"), ATOMIC_MOVE, REPLACE_EXISTING);
        Files.delete(first.resolve("file"));
        expectNext("two");
    }

    @Test
    void aWriteInPlaceIsNoticedAlsoWhenSizeAndTimeAreTheSame() throws IOException {
        Path file = write("file", "one");
        watch(file);
        expectNext("one");
        var time = Files.getLastModifiedTime(file);
        Files.writeString(file, "two");
        Files.setLastModifiedTime(file, time);
        expectNext("two");
    }

    @Test
    void aFileThatIsBeingWrittenIsNotTakenForAWholeOne() throws IOException {
        Path file = write("file", "before");
        watch(file);
        expectNext("before");
        try (OutputStream out = Files.newOutputStream(file)) {
            // For longer than a pause between two looks, but never for as long as it takes to settle.
            for (int i = 0; i < 40; i++) {
                out.write('a' + i % 26);
                out.flush();
                Pause.millis(10);
            }
        }
        String whole = Files.readString(file);
        Pause.until(Duration.ofSeconds(20), () -> "heard " + heard, () -> heard.contains(whole));
        // A machine that stands still for long may make a part look settled; what counts is that the whole comes, and
        // last.
        settle();
        assertThat(heard.get(heard.size() - 1)).isEqualTo(whole);
    }

    @Test
    void aFileThatIsAwayIsToldOnceAndSoIsItsReturn() throws IOException {
        Path file = directory.resolve("file");
        watch(file);
        expectNext("! no such file (create it, or correct the path)");
        write("file", "one");
        expectNext("one");
        Files.delete(file);
        expectNext("! no such file (create it, or correct the path)");
        write("file", "one");
        expectNext("one");
        assertThat(heard).hasSize(4);
    }

    @Test
    void whatIsNoFileOrTooLargeIsToldInWords() throws IOException {
        Path file = directory.resolve("file");
        Files.createDirectory(file);
        watch(file);
        expectNext("! is no file (expected a file, or a link to one)");
        Files.delete(file);
        Files.write(file, new byte[FileSettings.MAX_BYTES + 1]);
        Pause.until(
                Duration.ofSeconds(20),
                () -> "heard " + heard,
                () -> heard.get(heard.size() - 1).equals("! is over 16 MiB (expected a list of instances)"));
        write("file", "");
        Pause.until(
                Duration.ofSeconds(20),
                () -> "heard " + heard,
                () -> heard.get(heard.size() - 1).isEmpty());
    }
}
