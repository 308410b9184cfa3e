package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.ProcessTree;
import io.leasegate.loadtest.host.Workspace;
import io.leasegate.loadtest.load.Load;
import io.leasegate.loadtest.load.LoadFailure;
import io.leasegate.loadtest.load.LoadLoops;
import io.leasegate.loadtest.load.Method;
import io.leasegate.loadtest.load.Plan;
import io.leasegate.loadtest.load.Sample;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A peer that answers calls, until it is closed. Used by the thread that measures. */
final class RunningPeer implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(40);
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);
    private static final long POLL_MILLIS = 2;

    private final Workspace.@Nullable Started process;
    private final Load.Target target;
    private final double readyMillis;
    private final int adminPort;

    private RunningPeer(Workspace.@Nullable Started process, Load.Target target, double readyMillis, int adminPort) {
        this.process = process;
        this.target = target;
        this.readyMillis = readyMillis;
        this.adminPort = adminPort;
    }

    /** No process: the instance itself. */
    static RunningPeer direct(Load.Target target) {
        return new RunningPeer(null, target, 0, 0);
    }

    /** Waits for the first call that is answered well. */
    static RunningPeer await(
            LoadLoops loops, Workspace.Started process, Load.Target target, int adminPort, long beganNanos)
            throws BenchFailure, InterruptedException {
        String last = "nothing listens";
        try {
            while (System.nanoTime() - beganNanos < START_LIMIT.toNanos()) {
                process.checkAlive();
                if (listens(target.port())) {
                    last = probe(loops, target);
                    if (last.isEmpty()) {
                        return new RunningPeer(process, target, (System.nanoTime() - beganNanos) / 1e6, adminPort);
                    }
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
            throw new BenchFailure("no call was answered within " + START_LIMIT.toSeconds() + " s of the start (" + last
                    + "): " + process.lastLines());
        } catch (BenchFailure | InterruptedException e) {
            process.close();
            throw e;
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Makes a call; why it was not answered, or nothing. */
    private static String probe(LoadLoops loops, Load.Target target) throws InterruptedException {
        try (Load load = Load.start(loops, target, Plan.closed(Method.UNARY, 1, 1))) {
            load.awaitComplete(PROBE_LIMIT);
            Sample sample = load.stop(PROBE_LIMIT);
            return sample.failed() > 0 ? sample.failures() : "";
        } catch (LoadFailure e) {
            return String.valueOf(e.getMessage());
        }
    }

    Load.Target target() {
        return target;
    }

    /** From the start of the process to the first answered call; 0 without a process. */
    double readyMillis() {
        return readyMillis;
    }

    /** The port of the peer's administration, where it has one. */
    int adminPort() {
        return adminPort;
    }

    boolean hasProcess() {
        return process != null;
    }

    /** CPU time that the peer has used so far; 0 without a process. */
    double cpuSeconds() {
        return process == null ? 0 : process.tree().cpuSeconds();
    }

    ProcessTree.Memory memory() {
        return process == null ? new ProcessTree.Memory(0, 0) : process.tree().memory();
    }

    void checkAlive() throws BenchFailure {
        if (process != null) {
            process.checkAlive();
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
