package io.leasegate.registrar;

/** Told about each change of a {@link Registrar}'s status. */
@FunctionalInterface
public interface RegistrarListener {

    /**
     * The state, the lease, the registered value or the last error changed. Runs on the registrar's own thread (the last one, for
     * CLOSED, possibly on the closing thread), so it must not block: a slow listener delays the lease's renewal. What it throws is
     * logged and otherwise ignored.
     */
    void onStatus(RegistrarStatus status);
}
