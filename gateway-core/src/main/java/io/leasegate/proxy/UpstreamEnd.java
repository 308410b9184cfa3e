package io.leasegate.proxy;

/** Why a connection to an instance ended. The labels are those of the metrics and the manual. */
public enum UpstreamEnd {
    /** The instance said GOAWAY. */
    GOAWAY("goaway"),
    /** No call for {@code upstream.idle-timeout}, or fewer calls than would need this many connections. */
    IDLE("idle"),
    /** {@code upstream.connection-age} was reached. */
    AGE("age"),
    /** The connection's stream ids were nearly used up. */
    STREAM_IDS("stream-ids"),
    /** A PING was not answered in time. */
    KEEPALIVE("keepalive"),
    /** The instance has left the registry. */
    RETIRED("retired"),
    /** The instance's host name leads to other addresses by now. */
    MOVED("moved"),
    /** The gateway shut down. */
    SHUTDOWN("shutdown"),
    /** The instance or something on the way to it closed the connection, or a protocol error did. */
    LOST("lost");

    private final String label;

    UpstreamEnd(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
