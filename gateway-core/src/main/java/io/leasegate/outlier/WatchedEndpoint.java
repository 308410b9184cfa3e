package io.leasegate.outlier;

import io.leasegate.discovery.ControlLoop.Scheduled;
import io.leasegate.endpoint.CallResults;
import io.leasegate.endpoint.Endpoint;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What {@link ServiceOutliers} knows of one endpoint. Control loop only, but for {@link #ask}. */
final class WatchedEndpoint {

    private final Endpoint endpoint;
    /** Whether a decision is asked for already: calls may fail faster than the control loop decides, and its queue must not grow by them. */
    private final AtomicBoolean asked = new AtomicBoolean();
    /** What the counters showed when the interval began. */
    private long succeededBefore;

    private long failedBefore;
    private long succeeded;
    private long failed;
    private int ejections;
    private boolean outInInterval;
    private @Nullable Scheduled comeback;

    WatchedEndpoint(Endpoint endpoint) {
        this.endpoint = endpoint;
        takeInterval();
    }

    Endpoint endpoint() {
        return endpoint;
    }

    CallResults results() {
        return endpoint.stats().results();
    }

    /** Returns whether nobody has asked for a decision since {@link #heard}. From any event loop. */
    boolean ask() {
        return !asked.get() && asked.compareAndSet(false, true);
    }

    /** The decision is made by what is known from now on. */
    void heard() {
        asked.set(false);
    }

    boolean isEjected() {
        return comeback != null;
    }

    /**
     * Notes an ejection.
     *
     * @param most more are not counted, since each takes a good interval to be forgotten
     * @return for which time it is, from 1
     */
    int eject(int most) {
        outInInterval = true;
        ejections = Math.min(ejections + 1, most);
        return ejections;
    }

    /** @param newComeback ends the ejection */
    void ejectedUntil(Scheduled newComeback) {
        comeback = newComeback;
    }

    /** Ends an ejection, if there is one. What was counted meanwhile, of calls from before and of those in panic, does not count. */
    void readmit() {
        if (comeback != null) {
            comeback.cancel();
            comeback = null;
            results().forgetFailures();
            takeInterval();
        }
    }

    /** Ends the interval: what it brought can be asked for from now on. */
    void takeInterval() {
        CallResults r = results();
        long succeededNow = r.succeededCalls();
        long failedNow = r.failedCalls();
        succeeded = succeededNow - succeededBefore;
        failed = failedNow - failedBefore;
        succeededBefore = succeededNow;
        failedBefore = failedNow;
    }

    /** Forgets one ejection if it was not out in the interval that has just ended, and its last call did not fail. */
    void forgetOneEjection() {
        if (!outInInterval && ejections > 0 && results().failedInARow() == 0) {
            ejections--;
        }
        outInInterval = isEjected();
    }

    /** Calls of the last interval that say something about the endpoint. */
    long calls() {
        return succeeded + failed;
    }

    /** The part of them that went well. */
    double successRate() {
        return (double) succeeded / calls();
    }
}
