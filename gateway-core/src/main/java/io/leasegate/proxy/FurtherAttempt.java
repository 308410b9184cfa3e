package io.leasegate.proxy;

import java.util.Locale;

/** Why a call is given to an instance once more although the one before may have acted on it. */
public enum FurtherAttempt {
    /** The last attempt failed with a status that allows it ({@code retry}). */
    RETRY,
    /** The attempts before are slow ({@code hedge}). */
    HEDGE;

    /** What became of one. */
    public enum Result {
        /** Its answer is the call's. */
        ANSWERED,
        /** It failed itself. */
        FAILED,
        /** Another attempt answered, or the call ended otherwise. */
        DROPPED;

        /** For metrics. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Why one was not made. */
    public enum Withheld {
        /** {@code retry.budget} is used up. */
        BUDGET,
        /** The instance said so by {@code grpc-retry-pushback-ms}. */
        PUSHBACK,
        /** The request is larger than {@code retry.buffer}, or there was no memory to keep it. */
        BUFFER,
        /** The call would be over before. */
        DEADLINE;

        /** For metrics. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** For metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
