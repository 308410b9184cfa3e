package io.leasegate.discovery;

/** Where a registry knows from what it tells. */
enum RegistryNews {
    /** Events, or a list without any trouble before it. */
    CHANGES,
    /** The first that is told at all. */
    FIRST,
    /** A list after the connection was lost: what went meanwhile is known by its absence alone. */
    AFTER_ERROR,
    /** A list of other data than before: lost, restored, or those of another cluster. */
    OTHER_DATA
}
