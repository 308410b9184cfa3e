package io.leasegate.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leasegate.testkit.Pause;
import io.leasegate.testkit.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How changed files are found, and what becomes of bad ones; each look is the test's own. */
@SuppressWarnings("NullAway.Init") // made before each test
class CertificateWatchTest implements TlsListener {

    @TempDir
    Path directory;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<String> loaded = new ArrayList<>();
    private Instant now = Instant.now();
    private CertificateWatch watch;
    private TestAuthority authority;
    private KeyPairFiles files;

    @BeforeEach
    void start() throws IOException {
        watch = new CertificateWatch(Duration.ofHours(1), this, () -> now);
        authority = TestAuthority.create(directory, "ca");
        files = authority.issue("one");
        watch.add(new ClientFiles("test", new ClientTls(authority.file(), files, null)) {
            @Override
            void loaded(ClientTls readable) throws IOException {
                loaded.add(files.read().toString());
            }
        });
    }

    @AfterEach
    void stop() {
        watch.close();
    }

    @Override
    public void onReloaded(String owner, String content) {
        told.add("reloaded " + owner);
    }

    @Override
    public void onRejected(String owner, String reason) {
        told.add("rejected " + owner + ": " + reason);
    }

    @Override
    public void onRecovered(String owner) {
        told.add("recovered " + owner);
    }

    @Override
    public void onExpiring(CertificateFile file, Duration left) {
        told.add("expiring " + file.file().getFileName() + " in " + left.toDays() + " days");
    }

    private void replace(KeyPairFiles by) throws IOException {
        Files.copy(by.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(by.privateKey(), files.privateKey(), StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void whatDoesNotChangeIsReadOnce() {
        watch.look();
        watch.look();
        assertThat(loaded).containsExactly("CertifiedKey[CN=one]");
        assertThat(told).isEmpty();
    }

    @Test
    void filesThatAreWrittenOver() throws IOException {
        replace(authority.issue("two"));
        watch.look();
        assertThat(loaded).containsExactly("CertifiedKey[CN=one]", "CertifiedKey[CN=two]");
        assertThat(told).containsExactly("reloaded test");
        watch.look();
        assertThat(told).hasSize(1);
    }

    @Test
    void filesThatAreRenamedIntoTheirPlace() throws IOException {
        KeyPairFiles two = authority.issue("two");
        Files.move(two.certificate(), files.certificate(), StandardCopyOption.ATOMIC_MOVE);
        Files.move(two.privateKey(), files.privateKey(), StandardCopyOption.ATOMIC_MOVE);
        watch.look();
        assertThat(loaded).last().isEqualTo("CertifiedKey[CN=two]");
    }

    /** As Kubernetes does it: the files are links into a directory that is a link itself, and that one is exchanged. */
    @Test
    void linksThatLeadElsewhere() throws IOException {
        Path mount = Files.createDirectory(directory.resolve("mount"));
        Path first = Files.createDirectory(mount.resolve("..first"));
        Path second = Files.createDirectory(mount.resolve("..second"));
        KeyPairFiles a = TestAuthority.create(first, "ca").issue("tls");
        KeyPairFiles b = TestAuthority.create(second, "ca").issue("tls", "second.example");
        Files.createSymbolicLink(mount.resolve("..data"), Path.of("..first"));
        KeyPairFiles linked = new KeyPairFiles(mount.resolve("tls.crt"), mount.resolve("tls.key"));
        Files.createSymbolicLink(linked.certificate(), Path.of("..data", "tls.crt"));
        Files.createSymbolicLink(linked.privateKey(), Path.of("..data", "tls.key"));
        List<List<String>> names = new ArrayList<>();
        watch.add(new ClientFiles("linked", new ClientTls(null, linked, null)) {
            @Override
            void loaded(ClientTls readable) throws IOException {
                names.add(linked.read().chain().dnsNames());
            }
        });
        Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of("..second"));
        Files.move(mount.resolve("..data_tmp"), mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        watch.look();
        assertThat(names).containsExactly(List.of(), List.of("second.example"));
        assertThat(told).containsExactly("reloaded linked");
        assertThat(List.of(a, b)).doesNotHaveDuplicates();
    }

    @Test
    void aKeyThatComesLaterThanItsCertificate() throws IOException {
        KeyPairFiles two = authority.issue("two");
        Files.move(two.certificate(), files.certificate(), StandardCopyOption.ATOMIC_MOVE);
        watch.look();
        assertThat(told).isEmpty();
        Files.move(two.privateKey(), files.privateKey(), StandardCopyOption.ATOMIC_MOVE);
        watch.look();
        assertThat(told).containsExactly("reloaded test");
    }

    @Test
    void badFilesAreToldOnceAndTheGoodOnesAgain() throws IOException {
        String before = Files.readString(files.certificate());
        Files.writeString(files.certificate(), "no certificate");
        watch.look();
        assertThat(told).isEmpty();
        watch.look();
        watch.look();
        assertThat(told)
                .containsExactly("rejected test: " + files.certificate()
                        + ": no certificate in it; expected PEM text with -----BEGIN CERTIFICATE-----");
        assertThat(watch.rejected()).containsExactly(java.util.Map.entry("test", 1));
        Files.delete(files.certificate());
        watch.look();
        watch.look();
        assertThat(told).hasSize(2).last().asString().contains("no such file");
        Files.writeString(files.certificate(), before);
        watch.look();
        assertThat(told).hasSize(3).last().isEqualTo("recovered test");
        assertThat(watch.rejected()).containsExactly(java.util.Map.entry("test", 0));
        assertThat(loaded).containsExactly("CertifiedKey[CN=one]");
    }

    @Test
    void otherGoodFilesAfterBadOnes() throws IOException {
        Files.writeString(files.privateKey(), "no key");
        watch.look();
        watch.look();
        replace(authority.issue("two"));
        watch.look();
        assertThat(told).hasSize(3).endsWith("recovered test", "reloaded test");
    }

    @Test
    void whatCannotBeReadAtFirstIsNotWatched() {
        assertThatThrownBy(() -> watch.watch("bad", new ClientTls(directory.resolve("none.pem"), null, null)))
                .isInstanceOf(PemException.class);
        assertThat(watch.rejected()).doesNotContainKey("bad");
    }

    @Test
    void endsAreToldFromFourteenDaysBeforeOnceADay() throws IOException {
        assertThat(watch.certificates())
                .extracting(CertificateFile::file)
                .containsExactly(authority.file(), files.certificate());
        now = now.plus(Duration.ofDays(75));
        watch.look();
        assertThat(told).isEmpty();
        now = now.plus(Duration.ofDays(2));
        watch.look();
        watch.look();
        assertThat(told).containsExactly("expiring ca.pem in 12 days", "expiring one.crt in 12 days");
        now = now.plus(Duration.ofDays(1));
        watch.look();
        assertThat(told).hasSize(4).endsWith("expiring ca.pem in 11 days", "expiring one.crt in 11 days");
        told.clear();
        Instant later = now;
        replace(authority.issue("two", b -> b.notAfter(later.plus(Duration.ofDays(60)))));
        now = now.plus(Duration.ofDays(2));
        watch.look();
        assertThat(told).containsExactly("reloaded test", "expiring ca.pem in 9 days");
    }

    @Test
    void looksByItself() throws IOException {
        try (CertificateWatch quick = new CertificateWatch(Duration.ofMillis(20), this)) {
            quick.watch("quick", new ClientTls(null, files, null));
            quick.start();
            replace(authority.issue("two"));
            Pause.until(Duration.ofSeconds(20), () -> "told: " + told, () -> told.contains("reloaded quick"));
        }
    }
}
