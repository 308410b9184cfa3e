package io.leasegate.server.metrics;

import io.leasegate.proxy.AccessRecord;
import io.leasegate.proxy.CallObserver;
import io.leasegate.proxy.FurtherAttempt;
import io.leasegate.proxy.MirrorResult;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Counts and times calls. Called on the event loops; makes no objects for a method that it knows, and no loop waits for another. */
final class CallMetrics implements CallObserver {

    private final MethodIndex methods;
    private final MirrorMetrics copies;
    private final List<LoopCalls> loops = new CopyOnWriteArrayList<>();
    private final FastThreadLocal<LoopCalls> loop;
    private final AttemptMetrics attempts;

    /**
     * @param copies counts copies of calls
     * @param attempts counts retries and hedges
     */
    CallMetrics(MetricLimits limits, MirrorMetrics copies, AttemptMetrics attempts) {
        this.copies = copies;
        this.attempts = attempts;
        methods = new MethodIndex(limits);
        loop = new FastThreadLocal<>() {
            @Override
            protected LoopCalls initialValue() {
                LoopCalls calls = new LoopCalls(methods.capacity());
                loops.add(calls);
                return calls;
            }
        };
    }

    @Override
    public void onStart() {
        loop.get().onStart();
    }

    @Override
    public void onEnd(AccessRecord call) {
        loop.get().onEnd(methods.of(call), call);
    }

    @Override
    public void onMirrored(String service, MirrorResult result) {
        copies.onMirrored(service, result);
    }

    @Override
    public void onFurtherAttempt(String service, FurtherAttempt kind, FurtherAttempt.Result result) {
        attempts.onEnd(service, kind, result);
    }

    @Override
    public void onWithheld(String service, FurtherAttempt kind, FurtherAttempt.Withheld why) {
        attempts.onWithheld(service, kind, why);
    }

    /** Calls that were taken and have not ended. Any thread. */
    long inFlight() {
        long sum = 0;
        for (LoopCalls calls : loops) {
            sum += calls.inFlight();
        }
        return sum;
    }

    /** All that calls were counted under so far. Any thread. */
    List<Method> methods() {
        return methods.all();
    }

    /** The counters of each event loop. Any thread. */
    List<LoopCalls> loops() {
        return loops;
    }
}
