package io.leasegate.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.leasegate.h2.QueuedBytes;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** A loop counts what it holds without a locked instruction; others read sums that were true at some time, whole longs, and the last one in the end. */
@JCStressTest
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "a sum that was true")
@Outcome(expect = FORBIDDEN, desc = "half a number, or a lost change")
@State
public class BytesInQueues {

    private final QueuedBytes ofLoop = new QueuedBytes(() -> Long.MAX_VALUE);
    private final QueuedBytes ofOther = new QueuedBytes(() -> Long.MAX_VALUE);

    /** The loop. */
    @Actor
    public void queue() {
        ofLoop.add(2_000_000_000);
        ofOther.add(1);
        ofLoop.add(-2_000_000_000);
        ofLoop.add(1_000);
        ofLoop.add(-1_000);
    }

    /** Another loop that asks whether there is room. */
    @Actor
    public void ask(JJ_Result r) {
        r.r1 = ofLoop.get() % 1_000 == 0 && ofLoop.get() >= 0 && ofLoop.get() <= 2_000_000_000L ? 0 : 1;
    }

    /** Behind both. */
    @Arbiter
    public void end(JJ_Result r) {
        r.r2 = ofLoop.get() + ofOther.get();
    }
}
