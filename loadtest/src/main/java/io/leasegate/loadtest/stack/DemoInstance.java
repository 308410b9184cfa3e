package io.leasegate.loadtest.stack;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An instance of a demo service that can be ended and started again, at the same address. For one thread at a time. */
public final class DemoInstance {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final String LEASE_SECONDS = "15";

    private final Workspace workspace;
    private final List<String> command;
    private final String name;
    private final int port;
    private final Path callLog;
    private Workspace.@Nullable Started process;

    DemoInstance(Workspace workspace, Launcher launcher, String service, String name, String etcd, String gateway)
            throws IOException {
        this.workspace = workspace;
        this.name = name;
        this.port = workspace.freePort();
        this.callLog = workspace.folder().resolve(name + ".calls");
        this.command = new ArrayList<>(launcher.command("demo", service));
        command.addAll(List.of("--name", name, "--port", Integer.toString(port), "--etcd", etcd));
        command.addAll(List.of("--gateway", gateway, "--ttl", LEASE_SECONDS, "--call-log", callLog.toString()));
    }

    public String name() {
        return name;
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    /** The file with the ids of the calls that it has executed, in all its lives. */
    public Path callLog() {
        return callLog;
    }

    public void start() throws IOException, BenchFailure {
        process = workspace.start(name, command, Launcher.environment(""));
    }

    /** SIGTERM: it deregisters, goes on for a moment, finishes what it has, and ends. */
    public void stop() throws BenchFailure, InterruptedException {
        running().stop(STOP_LIMIT);
        running().close();
    }

    /** SIGKILL. */
    public void kill() throws BenchFailure, InterruptedException {
        running().kill();
        running().close();
    }

    /** SIGSTOP, and SIGCONT with false: it is there, and does nothing. */
    public void freeze(boolean frozen) throws BenchFailure, InterruptedException {
        running().signal(frozen ? "STOP" : "CONT");
    }

    private Workspace.Started running() throws BenchFailure {
        if (process == null) {
            throw new BenchFailure(name + " was not started");
        }
        return process;
    }
}
