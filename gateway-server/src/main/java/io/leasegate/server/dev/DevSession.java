package io.leasegate.server.dev;

import io.leasegate.server.dev.DemoClient.Answer;
import io.leasegate.server.dev.DevLayout.DemoInstance;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One run of the stack as the user sees it: start, one call, the summary, then what happens until the end. {@link #run} is used by one
 * thread; {@link #close()} by any.
 */
final class DevSession implements AutoCloseable {

    private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long FIRST_CALL_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long POLL_MILLIS = 50;
    private static final int LOG_LINES = 15;

    /** What the foreground waits for. */
    private sealed interface Event permits Ended, Typed, InputGone {}

    private record Ended(Part part) implements Event {}

    private record Typed(String line) implements Event {}

    private record InputGone() implements Event {}

    private final DevSettings settings;
    private final PrintWriter out;
    private final StandardInput.Kind input;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final DevLayout layout;
    private final DevStack stack;
    private final List<Part> instances = new ArrayList<>();
    private volatile boolean up;

    DevSession(DevSettings settings, PrintWriter out, StandardInput.Kind input) throws StackFailure, IOException {
        this.settings = settings;
        this.out = out;
        this.input = input;
        this.layout = DevLayout.choose(settings, note -> out.println("Note: " + note + "."));
        this.stack = new DevStack(settings, layout, part -> events.add(new Ended(part)));
    }

    /** Whether the stack came up, so that its end is an orderly one. */
    boolean wasUp() {
        return up;
    }

    /**
     * Starts the stack and stays with it until the terminal is gone, or {@link #close()} ends this process.
     *
     * @throws StackFailure if it does not come up
     */
    void run() throws StackFailure, IOException, InterruptedException {
        long began = System.nanoTime();
        out.println("Starting " + (layout.etcdPort() != 0 ? "etcd, " : "")
                + "two instances each of two demo services, and the gateway ...");
        if (layout.etcdPort() != 0) {
            stack.startEtcd();
        }
        stack.startGateway();
        for (DemoInstance instance : layout.instances()) {
            instances.add(stack.startDemo(instance));
        }
        DemoClient client = stack.startClient();
        awaitReady();
        Answer answer = firstCall(client);
        up = true;
        DevSummary summary = new DevSummary(layout, settings.home(), stack.folder());
        summary.print(out, answer, instances, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        StandardInput.read(input, line -> events.add(new Typed(line)), () -> events.add(new InputGone()));
        if (input == StandardInput.Kind.TERMINAL) {
            out.println("Enter makes another call (or type names, separated by commas). Ctrl-C stops everything.");
        }
        out.flush();
        stay(client);
    }

    private void awaitReady() throws StackFailure, InterruptedException {
        AdminProbe probe = new AdminProbe(layout.admin());
        long end = System.nanoTime() + START_LIMIT_NANOS;
        boolean ready = false;
        int healthy = 0;
        while (System.nanoTime() < end) {
            if (events.peek() instanceof Ended ended) {
                throw new StackFailure(ended.part().name() + " " + ended.part().howItEnded()
                        + " while the stack was starting. Its last lines:\n"
                        + ended.part().lastLines(LOG_LINES));
            }
            ready = ready || probe.isReady();
            if (ready) {
                healthy = probe.healthyInstances();
                if (healthy == layout.instances().size()) {
                    return;
                }
            }
            Thread.sleep(POLL_MILLIS);
        }
        StringBuilder why = new StringBuilder("The stack is not ready after 60 s: the gateway ");
        why.append(
                ready
                        ? "sends calls to " + healthy + " of "
                                + layout.instances().size() + " instances"
                        : "is not ready");
        stack.parts()
                .forEach(part ->
                        why.append("\n--- ").append(part.name()).append(":\n").append(part.lastLines(5)));
        throw new StackFailure(why.toString());
    }

    /** The first call has a second try for a while: what it needs comes up in no particular order. */
    private Answer firstCall(DemoClient client) throws StackFailure, InterruptedException {
        long end = System.nanoTime() + FIRST_CALL_LIMIT_NANOS;
        Answer answer = client.call("");
        while (answer.failed()) {
            if (System.nanoTime() > end) {
                throw new StackFailure("The call through the gateway " + String.join(" ", answer.lines()));
            }
            Thread.sleep(POLL_MILLIS);
            answer = client.call("");
        }
        return answer;
    }

    private void stay(DemoClient client) throws InterruptedException {
        while (true) {
            Event event = events.take();
            if (event instanceof InputGone) {
                out.println("Standard input has ended; stopping.");
                return;
            }
            if (event instanceof Ended ended) {
                report(ended.part());
            } else if (event instanceof Typed typed) {
                call(client, typed.line());
            }
            out.flush();
        }
    }

    private void call(DemoClient client, String guests) {
        try {
            client.call(guests).lines().forEach(line -> out.println("  " + line));
        } catch (StackFailure e) {
            out.println(e.getMessage());
        }
    }

    private void report(Part part) {
        out.println(part.name() + " (pid " + part.pid() + ") " + part.howItEnded() + "; the rest goes on. Its log: "
                + part.log());
    }

    /** Ends all of it and leaves nothing behind. A second caller waits for the first. */
    @Override
    public void close() {
        stack.close();
    }
}
