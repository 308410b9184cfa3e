package io.leasegate.loadtest.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostTest {

    @TempDir
    private Path folder = Path.of("");

    @Test
    void readsListsOfCores() {
        assertThat(Cores.parse("0")).containsExactly(0);
        assertThat(Cores.parse("0,2-4,9")).containsExactly(0, 2, 3, 4, 9);
    }

    @Test
    void choosesDifferentCoresWhereThereAreSome() throws Exception {
        Cores cores = Cores.choose();
        assertThat(cores.load()).isNotEmpty();
        assertThat(cores.areShared()).isEqualTo(cores.load().equals(List.of(cores.proxy())));
    }

    @Test
    void countsTheTimeAndMemoryOfWorkersToo() throws Exception {
        try (Workspace workspace = new Workspace("test")) {
            // The worker burns time; the first process only waits for it.
            Workspace.Started started =
                    workspace.start("shell", List.of("sh", "-c", "sh -c 'while :; do :; done' & wait"), Map.of());
            ProcessTree tree = started.tree();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (tree.cpuSeconds() < 0.05 && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            assertThat(tree.pids()).hasSize(2);
            assertThat(tree.cpuSeconds()).isGreaterThanOrEqualTo(0.05);
            assertThat(tree.memory().residentBytes()).isGreaterThan(100_000);
            assertThat(tree.memory().proportionalBytes())
                    .isPositive()
                    .isLessThanOrEqualTo(tree.memory().residentBytes());
        }
    }

    @Test
    void leavesNothingBehind() throws Exception {
        Workspace workspace = new Workspace("test");
        Workspace.Started started =
                workspace.start("shell", List.of("sh", "-c", "trap '' TERM; sleep 300 & wait; sleep 300"), Map.of());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (started.tree().pids().size() < 2 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        List<Long> pids = started.tree().pids();
        assertThat(pids).hasSizeGreaterThanOrEqualTo(2);
        workspace.close();
        assertThat(workspace.folder()).doesNotExist();
        for (long pid : pids) {
            // A process that has ended may be there for a moment until its parent has looked after it.
            ProcessHandle.of(pid)
                    .ifPresent(left ->
                            left.onExit().orTimeout(10, TimeUnit.SECONDS).join());
        }
    }

    /** As it does when this process is killed: its standard input ends. */
    @Test
    void theGuardKillsWhatIsLeftAndItsWorkers() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Process process = new ProcessBuilder("setsid", "sh", "-c", "trap '' TERM; sleep 300 & wait; sleep 300").start();
        ProcessTree tree = new ProcessTree(process.pid());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (tree.pids().size() < 2 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        List<Long> pids = tree.pids();
        assertThat(pids).hasSize(2);
        ProcessGuard guard = new ProcessGuard(data);
        guard.add(process.pid());
        guard.close();
        for (long pid : pids) {
            ProcessHandle.of(pid)
                    .ifPresent(left ->
                            left.onExit().orTimeout(10, TimeUnit.SECONDS).join());
        }
        assertThat(data).doesNotExist();
    }

    @Test
    void makesACertificate() throws Exception {
        Certificate certificate = Certificate.create(folder);
        assertThat(certificate.chain()).content().startsWith("-----BEGIN CERTIFICATE-----");
        assertThat(certificate.key()).content().startsWith("-----BEGIN PRIVATE KEY-----");
        assertThat(certificate.both()).content().contains("CERTIFICATE", "PRIVATE KEY");
    }
}
