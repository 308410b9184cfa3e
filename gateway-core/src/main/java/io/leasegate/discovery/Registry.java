package io.leasegate.discovery;

import java.util.List;

/**
 * The SPI of sources of instances. A registry follows its source for as long as it is open and tells a {@link RegistrySink} what
 * changes; errors of the source are shown in its status and never reach the sink.
 */
public interface Registry extends AutoCloseable {

    /** The name that {@code source} in the table is made of. */
    String name();

    /** Begins to follow. Control loop only; called once. */
    void start(RegistrySink sink);

    /** How it stands. Safe from any thread. */
    RegistryStatus status();

    /** The keys that register nothing, and why; a bounded number of them. Safe from any thread. */
    List<Refusal> refusals();

    /** Somebody waits for this revision: a registry whose revisions rise without a change to its keys makes sure of it. Control loop only. */
    default void catchUp(long revision) {}

    /** Ends it; nothing is told after that. Control loop only. */
    @Override
    void close();
}
