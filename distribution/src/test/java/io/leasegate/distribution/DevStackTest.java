package io.leasegate.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevStackTest {

    private static final String[] ANY_PORTS = {"--port", "0", "--admin-port", "0", "--etcd-port", "0"};

    @TempDir
    private static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Archive archive;

    @BeforeAll
    static void unpack() throws Exception {
        archive = Archive.unpackInto(folder);
    }

    @Test
    void runsOnEtcdUntilItIsInterrupted() throws Exception {
        try (RunningStack stack = new RunningStack(archive, folder, ANY_PORTS)) {
            stack.awaitUp();
            assertThat(stack.output())
                    .containsPattern("reception-[12] welcomes 3 guests \\(\\d+ ms\\):")
                    .containsPattern("Hello, Ada!  \\(from greeter-[12]\\)")
                    .contains("grpcurl -plaintext -authority reception", "etcdctl --endpoints=http://127.0.0.1:");
            assertThat(stack.adminPage("/api/services"))
                    .containsPattern("\"source\"\\s*:\\s*\"etcd\"")
                    .contains("/greeter/1.0.0/127.0.0.1:", "/reception/1.0.0/127.0.0.1:");

            // The death of an instance is told, and the rest goes on.
            long victim = stack.pidOf("greeter-1");
            assertThat(ProcessHandle.of(victim).orElseThrow().destroyForcibly()).isTrue();
            stack.awaitOutput("greeter-1 (pid " + victim + ") was killed (SIGKILL); the rest goes on.");
            stack.type("Marie, Rosalind");
            stack.awaitOutput("Hello, Rosalind!  (from greeter-2)");
            assertThat(stack.output()).contains("Hello, Marie!  (from greeter-2)");

            stack.signal("INT");
            assertThat(stack.awaitExit()).as(stack.output()).isZero();
            assertThat(stack.children()).hasSizeGreaterThanOrEqualTo(7).noneMatch(ProcessHandle::isAlive);
            stack.awaitNothingLeft();
        }
    }

    @Test
    void leavesNothingWhenItIsKilled() throws Exception {
        try (RunningStack stack =
                new RunningStack(archive, folder, "--registry", "static", "--port", "0", "--admin-port", "0")) {
            stack.awaitUp();
            assertThat(stack.adminPage("/api/services")).containsPattern("\"source\"\\s*:\\s*\"static\"");
            assertThat(stack.output()).doesNotContain("etcd");
            stack.signal("KILL");
            stack.awaitExit();
            stack.awaitNothingLeft();
        }
    }

    @Test
    void endsWhenItsInputEnds() throws Exception {
        try (RunningStack stack =
                new RunningStack(archive, folder, "--registry=static", "--port=0", "--admin-port=0")) {
            stack.awaitUp();
            // An end within the first second is taken for a script's input that nobody writes to.
            stack.type("");
            stack.awaitOutput("\n  reception-");
            stack.closeInput();
            assertThat(stack.awaitExit()).as(stack.output()).isZero();
            stack.awaitNothingLeft();
        }
    }

    @Test
    void aPortInUseIsSaidAndNothingIsLeft() throws Exception {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RunningStack stack =
                        new RunningStack(archive, folder, "--port", Integer.toString(busy.getLocalPort()))) {
            assertThat(stack.awaitExit()).isEqualTo(1);
            stack.awaitOutput("leasegate dev: Port " + busy.getLocalPort() + ", asked for with --port, is in use");
            stack.awaitNothingLeft();
        }
    }

    @Test
    void aStartThatFailsSaysWhyAndLeavesNothing() throws Exception {
        try (RunningStack stack = RunningStack.withEtcd(archive, folder, "false", ANY_PORTS)) {
            assertThat(stack.awaitExit()).isEqualTo(1);
            stack.awaitOutput("etcd ended with exit code 1 while the stack was starting");
            stack.awaitNothingLeft();
        }
    }

    @Test
    void theManualLineOfACallWorks() throws Exception {
        try (RunningStack stack =
                new RunningStack(archive, folder, "--registry", "static", "--port", "0", "--admin-port", "0")) {
            stack.awaitUp();
            String gateway = Pattern.compile("demo call --gateway (\\S+)")
                    .matcher(stack.output())
                    .results()
                    .findFirst()
                    .orElseThrow()
                    .group(1);
            Archive.Result call = archive.leasegate(folder, Map.of(), "demo", "call", "--gateway", gateway, "Emmy");
            assertThat(call.exitCode()).as(call.errors()).isZero();
            assertThat(call.output()).contains("Hello, Emmy!");
            stack.signal("TERM");
            assertThat(stack.awaitExit()).isZero();
            stack.awaitNothingLeft();
        }
    }
}
