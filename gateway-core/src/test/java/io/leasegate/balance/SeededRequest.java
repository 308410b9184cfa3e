package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A call whose chance is the same in each run, at a time that the test sets. */
final class SeededRequest implements PickRequest {

    private final SplittableRandom random;

    long nowNanos;
    int loop;

    @Nullable
    Endpoint tried;

    /** The value of every header. */
    @Nullable
    CharSequence header;

    SeededRequest(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public @Nullable CharSequence header(String name) {
        return header;
    }

    @Override
    public int loop() {
        return loop;
    }

    @Override
    public long random() {
        return random.nextLong();
    }

    @Override
    public long nowNanos() {
        return nowNanos;
    }

    @Override
    public boolean tried(Endpoint endpoint) {
        return endpoint == tried;
    }
}
