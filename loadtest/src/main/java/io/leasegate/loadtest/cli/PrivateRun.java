package io.leasegate.loadtest.cli;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.Workspace;
import io.leasegate.loadtest.load.LoadLoops;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;

/**
 * What a run with processes of its own lives in, and what ends all of it, on Ctrl-C too.
 *
 * @param workspace of the processes
 * @param loops of the clients and of what stands for instances
 * @param hook what ends the processes when this one is ended
 */
record PrivateRun(Workspace workspace, LoadLoops loops, Thread hook) implements AutoCloseable {

    static PrivateRun begin(String purpose) throws IOException, BenchFailure {
        if (!Epoll.isAvailable()) {
            throw new BenchFailure("it runs on Linux alone: " + Epoll.unavailabilityCause());
        }
        Workspace workspace = new Workspace(purpose);
        Thread hook = new Thread(workspace::close, purpose + "-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        return new PrivateRun(workspace, new LoadLoops(1), hook);
    }

    @Override
    public void close() {
        workspace.close();
        loops.close();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending: the hook does the same.
        }
    }
}
