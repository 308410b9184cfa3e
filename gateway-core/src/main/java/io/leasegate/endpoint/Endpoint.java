package io.leasegate.endpoint;

import static java.util.Objects.requireNonNull;

/**
 * One address of a service: identity, health and counters. The object lives as long as the address is registered, whatever else of
 * the registration changes, so that connections and counters survive a rebuild of the table.
 *
 * <p>Written by the control thread, read from every event loop.
 */
public final class Endpoint {

    private final EndpointId id;
    private final EndpointStats stats = new EndpointStats();
    private volatile Instance instance;
    private volatile EndpointState state = EndpointState.UNCHECKED;
    private volatile String stateReason = "not checked yet";
    private volatile long healthySinceNanos;
    /** What was found out beside an ejection. */
    private EndpointState found = EndpointState.UNCHECKED;

    private String foundReason = stateReason;
    /** Why it is taken out although it looks well; empty when it is not. */
    private String ejection = "";

    private volatile LeaseLife leaseLife = LeaseLife.UNKNOWN;

    public Endpoint(Instance instance) {
        this.id = instance.id();
        this.instance = instance;
    }

    public EndpointId id() {
        return id;
    }

    /** The registration that the endpoint stands for by now. */
    public Instance instance() {
        return instance;
    }

    /** Its weight in pickers: that of the registration, or less of it while the lease runs out. */
    public double pickWeight() {
        LeaseLife life = leaseLife;
        Instance now = instance;
        // A share of a lease that the key no longer has says nothing.
        return life.leaseId() == now.leaseId() ? now.weight() * life.weightShare() : now.weight();
    }

    /** What was last found out about the lease that its key is bound to. */
    public LeaseLife leaseLife() {
        return leaseLife;
    }

    /** Control thread only. */
    public void leaseLife(LeaseLife newLife) {
        leaseLife = newLife;
    }

    public EndpointStats stats() {
        return stats;
    }

    public EndpointState state() {
        return state;
    }

    /** Why the endpoint is in its state, in words for an operator; empty when it is healthy. */
    public String stateReason() {
        return stateReason;
    }

    /**
     * The state for admin pages and metrics: an instance that its registration takes out of rotation is unhealthy to them, however
     * well it answers, and one that the registry has no more is held for as long as it may answer.
     */
    public EndpointState shownState() {
        EndpointState now = state;
        if (now == EndpointState.DRAINING) {
            return now;
        }
        if (!instance.traits().takesCalls()) {
            return EndpointState.UNHEALTHY;
        }
        return instance.isHeld() && !now.isDown() ? EndpointState.HELD : now;
    }

    /** Why the endpoint is in its {@link #shownState}, in words for an operator; empty when it is healthy. */
    public String shownReason() {
        if (state == EndpointState.DRAINING) {
            return stateReason;
        }
        if (!instance.traits().takesCalls()) {
            return instance.traits().objection();
        }
        return instance.isHeld() && !state.isDown()
                ? instance.heldBecause() + (state == EndpointState.HEALTHY ? "" : "; " + stateReason)
                : stateReason;
    }

    /** Replaces the registration. Control thread only. */
    public void update(Instance newInstance) {
        if (!newInstance.id().equals(id)) {
            throw new IllegalArgumentException("instance " + newInstance.id() + " (expected " + id + ")");
        }
        instance = newInstance;
    }

    /** Since when the endpoint is healthy, by the clock of its last change of state; of no meaning in other states. */
    public long healthySinceNanos() {
        return healthySinceNanos;
    }

    /** Changes the state as of now. Control thread only. */
    public void state(EndpointState newState, String reason) {
        state(newState, reason, System.nanoTime());
    }

    /**
     * Changes the state. An ejection stays in force: it hides that the endpoint is healthy, or not checked yet, and what else was found out
     * hides it. Control thread only.
     */
    public void state(EndpointState newState, String reason, long nowNanos) {
        found = requireNonNull(newState, "newState");
        foundReason = requireNonNull(reason, "reason");
        combine(nowNanos);
    }

    /** Takes the endpoint out whatever is found out about it, until it is readmitted. Control thread only. */
    public void eject(String reason, long nowNanos) {
        ejection = requireNonNull(reason, "reason");
        combine(nowNanos);
    }

    /** Ends an ejection: the state is what was found out last. Control thread only. */
    public void readmit(long nowNanos) {
        ejection = "";
        combine(nowNanos);
    }

    private void combine(long nowNanos) {
        boolean looksWell = found == EndpointState.HEALTHY || found == EndpointState.UNCHECKED;
        EndpointState next = looksWell && !ejection.isEmpty() ? EndpointState.EJECTED : found;
        if (next == EndpointState.HEALTHY && state != EndpointState.HEALTHY) {
            healthySinceNanos = nowNanos;
        }
        if (ejection.isEmpty()) {
            stateReason = foundReason;
        } else {
            stateReason = looksWell ? ejection : foundReason + "; " + ejection;
        }
        state = next;
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
