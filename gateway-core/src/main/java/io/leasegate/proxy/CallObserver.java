package io.leasegate.proxy;

/** Is told of every call. Called on the call's event loop; must not block. */
public interface CallObserver {

    /** The call was taken. Exactly one {@link #onEnd} follows. */
    default void onStart() {}

    /** The call has ended. The record is valid during this method only. */
    void onEnd(AccessRecord call);

    /**
     * A copy of a call has ended.
     *
     * @param service the service that got it
     */
    default void onMirrored(String service, MirrorResult result) {}

    /** A retry or hedge has ended. */
    default void onFurtherAttempt(String service, FurtherAttempt kind, FurtherAttempt.Result result) {}

    /** A retry or hedge was not made that the policy would have had. */
    default void onWithheld(String service, FurtherAttempt kind, FurtherAttempt.Withheld why) {}

    /** An observer that does nothing. */
    CallObserver NONE = call -> {};
}
