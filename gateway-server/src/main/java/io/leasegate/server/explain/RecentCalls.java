package io.leasegate.server.explain;

import io.leasegate.proxy.AccessRecord;
import io.leasegate.proxy.CallObserver;
import io.leasegate.proxy.Outcome;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The last calls, to be found by their request id: so many of those that went well, and as many of those that did not, which people ask
 * for and which a busy gateway would forget within a moment if both were one. Each event loop has its part of them, so that a call costs it one
 * store that no other loop waits for; the record of the call itself is kept, and nothing is copied. Observes on event loops; is asked from
 * any thread.
 */
public final class RecentCalls implements CallObserver {

    private final int calls;
    private final List<OfLoop> loops = new CopyOnWriteArrayList<>();
    private final FastThreadLocal<OfLoop> loop;

    /**
     * Without a call yet.
     *
     * @param calls how many are kept of either kind; 0 for none
     * @param threads how many event loops share them
     */
    public RecentCalls(int calls, int threads) {
        this.calls = calls;
        int each = (calls + threads - 1) / threads;
        loop = new FastThreadLocal<>() {
            @Override
            protected OfLoop initialValue() {
                OfLoop ofLoop = new OfLoop(new Ring(each), new Ring(each));
                loops.add(ofLoop);
                return ofLoop;
            }
        };
    }

    private record OfLoop(Ring well, Ring failed) {}

    /** One loop writes; any thread reads. */
    private static final class Ring {

        private final AtomicReferenceArray<@Nullable AccessRecord> records;
        private int next;

        Ring(int size) {
            records = new AtomicReferenceArray<>(size);
        }

        void add(AccessRecord call) {
            records.lazySet(next, call);
            next = next + 1 == records.length() ? 0 : next + 1;
        }

        void find(CharSequence requestId, List<AccessRecord> found) {
            for (int i = 0; i < records.length(); i++) {
                AccessRecord call = records.get(i);
                if (call != null && CharSequence.compare(requestId, call.requestId()) == 0) {
                    found.add(call);
                }
            }
        }
    }

    /** This, or an observer that does nothing where none are kept. */
    public CallObserver observer() {
        return calls == 0 ? CallObserver.NONE : this;
    }

    @Override
    public void onEnd(AccessRecord call) {
        OfLoop mine = loop.get();
        boolean well = call.outcome() == Outcome.OK && call.grpcStatus() <= 0;
        (well ? mine.well : mine.failed).add(call.kept());
    }

    /** How many calls are kept of either kind, as configured. */
    int calls() {
        return calls;
    }

    /** The calls that had this request id, the last one first. */
    List<AccessRecord> find(CharSequence requestId) {
        List<AccessRecord> found = new ArrayList<>();
        for (OfLoop l : loops) {
            l.well.find(requestId, found);
            l.failed.find(requestId, found);
        }
        found.sort(Comparator.comparingLong(AccessRecord::startEpochMillis).reversed());
        return found;
    }
}
