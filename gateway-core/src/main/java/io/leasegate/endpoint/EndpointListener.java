package io.leasegate.endpoint;

/**
 * Hears which endpoints come and go. Called on the control thread, after the table that the change is part of was published; must
 * not block.
 */
public interface EndpointListener {

    /** The endpoint is new in the table; it is {@link EndpointState#UNCHECKED}. */
    void onAdded(Endpoint endpoint);

    /** Its registration is another one, or its state is. */
    default void onChanged(Endpoint endpoint) {}

    /**
     * The endpoint is not in the table any more and never comes back; it is {@link EndpointState#DRAINING}.
     *
     * @param newsNanos when the news that took it out came in, by the control loop's clock; where several came in one after the other,
     *     the first of them
     */
    void onRemoved(Endpoint endpoint, long newsNanos);
}
