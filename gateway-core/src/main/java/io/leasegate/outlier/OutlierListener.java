package io.leasegate.outlier;

import io.leasegate.endpoint.Endpoint;

/** Does what an {@link OutlierDetector} decides, and hears why. Called on the control loop; must not block. */
public interface OutlierListener {

    /**
     * The endpoint is to get no calls.
     *
     * @param why in words for an operator
     * @param millis for how long; {@link #onReadmitted} follows then
     * @param times for which time, from 1; fewer again after a while without trouble
     */
    void onEjected(Endpoint endpoint, OutlierReason reason, String why, long millis, int times);

    /** The endpoint's time is over: it gets calls again if its health allows it. Not called when it has left the table before. */
    void onReadmitted(Endpoint endpoint);

    /** The endpoint would have been ejected, but too many of its service are, or there is no other one that is well. */
    void onSpared(Endpoint endpoint, OutlierReason reason);
}
