package io.leasegate.proxy;

/** Is told of every call. Called on the call's event loop; must not block. */
public interface CallObserver {

    /** The call was taken. Exactly one {@link #onEnd} follows. */
    default void onStart() {}

    /** The call has ended. The record is valid during this method only. */
    void onEnd(AccessRecord call);

    /** An observer that does nothing. */
    CallObserver NONE = call -> {};
}
