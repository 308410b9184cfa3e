package io.leasegate.balance;

import io.leasegate.endpoint.Endpoint;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Picker} may know of the call that it picks for, and what it needs beside: where it runs, the time, chance. Not kept after the
 * pick.
 */
public interface PickRequest {

    /** The value of a request header, or null. The name is in lower case. */
    @Nullable
    CharSequence header(String name);

    /** The value of {@code :authority}, empty when there is none. */
    default CharSequence authority() {
        return "";
    }

    /** The client's IP address as text, empty when it is not known. */
    default CharSequence source() {
        return "";
    }

    /** The number of the event loop that picks, from 0: what a picker keeps for each loop is found by it. */
    default int loop() {
        return 0;
    }

    /** 64 random bits, others each time. */
    default long random() {
        return ThreadLocalRandom.current().nextLong();
    }

    /** The time in nanoseconds, with an arbitrary origin. */
    default long nowNanos() {
        return System.nanoTime();
    }

    /** Whether the call was given to this endpoint just before, in vain. */
    default boolean tried(Endpoint endpoint) {
        return false;
    }
}
