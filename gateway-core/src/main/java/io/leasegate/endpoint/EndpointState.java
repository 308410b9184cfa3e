package io.leasegate.endpoint;

/** What keeps an endpoint in or out of new picks. */
public enum EndpointState {
    /** Takes calls. */
    HEALTHY("healthy"),
    /** Known, but not checked yet: takes calls only while no endpoint of its cluster is healthy. */
    UNCHECKED("unhealthy"),
    /** It says that it is not serving, or does not answer a health check. It can be called, and is where too few others are healthy. */
    UNHEALTHY("unhealthy"),
    /** No connection to it can be made. */
    UNREACHABLE("unhealthy"),
    /** Taken out for a time because calls to it failed. */
    EJECTED("ejected"),
    /** Gone from the registry; calls in flight finish. */
    DRAINING("draining"),
    /**
     * Gone from the registry under suspicious circumstances and kept until proven dead. Only shown: what such an endpoint can take depends
     * on its health as that of any other.
     */
    HELD("held");

    private final String shownAs;

    EndpointState(String shownAs) {
        this.shownAs = shownAs;
    }

    /**
     * The word that the admin pages and the metrics have for the state: the name in lower case, but {@code unhealthy} for an endpoint
     * that is not checked yet, since it takes no calls while others can.
     */
    public String shownAs() {
        return shownAs;
    }

    /** Whether it is known not to be well, for whatever reason. */
    public boolean isDown() {
        return this == UNHEALTHY || this == UNREACHABLE;
    }
}
