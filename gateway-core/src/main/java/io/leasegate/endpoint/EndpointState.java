package io.leasegate.endpoint;

/** What keeps an endpoint in or out of new picks. The names in lower case are what the admin pages show. */
public enum EndpointState {
    /** Takes calls. */
    HEALTHY,
    /** Known, but not checked yet: takes calls only while no endpoint of its cluster is healthy. */
    UNCHECKED,
    /** No connection to it can be made, or it says that it is not serving. */
    UNHEALTHY,
    /** Taken out for a time because calls to it failed. */
    EJECTED,
    /** Gone from the registry; calls in flight finish. */
    DRAINING,
    /** Gone from the registry under suspicious circumstances and kept until proven dead. */
    HELD
}
