package io.leasegate.server.admin;

/** Knows when every event loop routes by a revision of the registry. Safe from any thread; never blocks. */
public interface Barrier {

    /**
     * Runs the task once every event loop routes by at least this revision, on any thread.
     *
     * @return takes the task back; it may still run when that comes too late
     */
    Runnable whenRouted(long revision, Runnable task);

    /** What keeps newer revisions from being known, in words for an operator; empty while the registry is followed. */
    String obstacle();
}
