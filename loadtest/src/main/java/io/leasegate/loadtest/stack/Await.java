package io.leasegate.loadtest.stack;

import io.leasegate.loadtest.host.BenchFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for something that cannot be waited for otherwise. Stateless. */
public final class Await {

    private static final long POLL_MILLIS = 50;

    /** Whether it is so by now. */
    public interface Condition {
        boolean holds() throws BenchFailure, IOException, InterruptedException;
    }

    private Await() {}

    /** Whether it came to be so within the limit. */
    public static boolean until(Duration limit, Condition condition)
            throws BenchFailure, IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        return true;
    }
}
