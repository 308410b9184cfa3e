package io.leasegate.testkit;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting, without checked exceptions. */
public final class Pause {

    private Pause() {}

    public static void millis(long millis) {
        if (millis <= 0) {
            return;
        }
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Waits until the condition holds; fails with the description when it does not in time. */
    public static void until(Duration limit, Supplier<String> description, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("after " + limit.toMillis() + " ms: " + description.get());
            }
            millis(1);
        }
    }
}
