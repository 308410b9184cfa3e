package io.leasegate.loadtest.soak;

import io.leasegate.loadtest.calls.Caller;
import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.soak.ScriptedInstance.Behaviour;
import io.leasegate.loadtest.soak.Trouble.Target;
import io.leasegate.loadtest.stack.DemoInstance;
import io.leasegate.loadtest.stack.PrivateStack;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Carries out events: what happens to one process happens one after the other, and to different ones at the same time. For one thread.
 */
final class TroubleMaker implements AutoCloseable {

    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(30);
    private static final long REST_LIMIT_SECONDS = 300;

    private interface Step {
        void run() throws IOException, BenchFailure, InterruptedException;
    }

    private final PrivateStack stack;
    private final List<DemoInstance> instances;
    private final List<ScriptedInstance> scripted;
    private final Caller caller;
    private final Violations violations;
    private final Map<String, ExecutorService> workers = new HashMap<>();
    private final List<Future<?>> underWay = new ArrayList<>();

    TroubleMaker(
            PrivateStack stack,
            List<DemoInstance> instances,
            List<ScriptedInstance> scripted,
            Caller caller,
            Violations violations) {
        this.stack = stack;
        this.instances = instances;
        this.scripted = scripted;
        this.caller = caller;
        this.violations = violations;
    }

    /** Begins it, and does not wait for its end. */
    void begin(Event event) {
        int number = event.number();
        long millis = event.forMillis();
        switch (event.trouble()) {
            case KILL, RESTART, FREEZE -> submit(event, () -> on(instances.get(number), event));
            case SLOW -> scripted.get(number).misbehave(Behaviour.SLOW, millis);
            case GARBAGE -> scripted.get(number).misbehave(Behaviour.GARBAGE, millis);
            case GOAWAY -> scripted.get(number).misbehave(Behaviour.GOAWAY, millis);
            case REFUSE -> scripted.get(number).misbehave(Behaviour.REFUSE, millis);
            case CUT -> scripted.get(number).misbehave(Behaviour.CUT, millis);
            case CANCEL -> caller.cancelAll(number);
            case STALL -> caller.stall(number, millis);
            case VANISH -> caller.vanish(number);
            case ETCD_RESTART -> submit(event, () -> stack.etcd().restart(false, millis));
            case ETCD_KILL -> submit(event, () -> stack.etcd().restart(true, millis));
            case DRAIN -> submit(event, () -> drain(millis));
        }
    }

    private void submit(Event event, Step step) {
        Target target = event.trouble().target();
        String name = target + "-" + event.number();
        underWay.add(workers.computeIfAbsent(
                        name, n -> Executors.newSingleThreadExecutor(task -> new Thread(task, "soak-" + n)))
                .submit(() -> {
                    step.run();
                    return name;
                }));
    }

    private static void on(DemoInstance instance, Event event) throws IOException, BenchFailure, InterruptedException {
        switch (event.trouble()) {
            case KILL -> instance.kill();
            case RESTART -> instance.stop();
            default -> instance.freeze(true);
        }
        TimeUnit.MILLISECONDS.sleep(event.forMillis());
        if (event.trouble() == Trouble.FREEZE) {
            instance.freeze(false);
        } else {
            instance.start();
        }
    }

    private void drain(long awayMillis) throws IOException, BenchFailure, InterruptedException {
        int code = stack.gateway().drain(DRAIN_LIMIT);
        if (code != 0) {
            violations.add("the gateway ended with exit code " + code + " after SIGTERM (expected 0)");
        }
        stack.gateway().defects().forEach(line -> violations.add("the gateway's log: " + line));
        stack.gateway().forget();
        TimeUnit.MILLISECONDS.sleep(awayMillis);
        stack.gateway().start();
    }

    /**
     * Waits until all that was begun has ended.
     *
     * @throws BenchFailure with the first thing that could not be done
     */
    void awaitRest() throws BenchFailure, InterruptedException {
        try {
            for (Future<?> future : underWay) {
                future.get(REST_LIMIT_SECONDS, TimeUnit.SECONDS);
            }
            underWay.clear();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new BenchFailure(String.valueOf(cause instanceof BenchFailure ? cause.getMessage() : cause), e);
        } catch (TimeoutException e) {
            throw new BenchFailure("a restart did not end within " + REST_LIMIT_SECONDS + " s", e);
        }
    }

    @Override
    public void close() {
        workers.values().forEach(ExecutorService::shutdownNow);
    }
}
