package io.leasegate.discovery;

import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.LeaseLife;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a {@link Registry} tells. Called on the control loop only. */
public interface RegistrySink {

    /**
     * A key stands for these instances from the next {@link #commit} on.
     *
     * @param key the key, unique among those of all registries
     * @param instances all of its instances; none when the key is gone
     */
    void change(String key, List<Instance> instances);

    /** From the next {@link #commit} on these services are known, with or without instances; in the place of those named before. */
    default void expect(Set<String> services) {}

    /**
     * All that was changed since the last commit belongs together and is to be routed.
     *
     * @param revision the registry's revision by now, 0 where there are none
     * @param removal whether an address may have gone, which is not to wait
     * @param receivedNanos when the news of it came in, by the control loop's clock
     */
    void commit(long revision, boolean removal, long receivedNanos);

    /** The endpoint that the table has for an address, or null. */
    default @Nullable Endpoint endpoint(EndpointId id) {
        return null;
    }

    /** From now on the listener hears when an endpoint is found to be of no use. */
    default void whenUnhealthy(Consumer<Endpoint> listener) {}

    /** What is left of the lease that an endpoint's key is bound to; the pickers learn of a changed share of its weight. */
    default void leaseLife(Endpoint endpoint, LeaseLife life) {}

    /**
     * Whether somebody waits for a revision that is not routed by yet.
     *
     * @param after one that comes after this
     * @param upTo and is this or one before it
     */
    default boolean isAwaited(long after, long upTo) {
        return false;
    }
}
