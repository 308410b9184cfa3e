package io.leasegate.h2;

/** Whom flow-controlled bytes are given back to when they have gone on. Used on the event loop of the stream that they went to. */
public interface ReceiveWindow {

    /** Gives back this many bytes: the peer may send as many more. */
    void credit(int bytes);
}
