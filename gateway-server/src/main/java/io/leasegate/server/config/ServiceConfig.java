package io.leasegate.server.config;

import io.leasegate.tls.ClientTls;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one service.
 *
 * @param balance how its calls are spread
 * @param health asking instances how they are
 * @param reflection asking instances what they serve
 * @param outlier taking failing instances out
 * @param limits upper limits toward it
 * @param tls how to speak to its instances
 * @param call the settings of single calls
 */
public record ServiceConfig(
        Balance balance,
        GrpcHealth health,
        Reflection reflection,
        Outlier outlier,
        Limits limits,
        Tls tls,
        CallConfig call) {

    /** How an instance is chosen. */
    public enum Policy {
        ROUND_ROBIN,
        RANDOM,
        LEAST_REQUEST,
        PEAK_EWMA,
        RING_HASH,
        MAGLEV;

        /** Whether the choice follows a hash of the request. */
        public boolean hashes() {
            return this == RING_HASH || this == MAGLEV;
        }
    }

    /** What of a request is hashed. */
    public enum HashSource {
        HEADER,
        AUTHORITY,
        SOURCE
    }

    /**
     * What the hash policies hash.
     *
     * @param source which part of the request; {@code SOURCE} is the client's address
     * @param header the header's name in lower case, empty for the other sources
     */
    public record HashOn(HashSource source, String header) {}

    /**
     * How calls are spread.
     *
     * @param policy how an instance is chosen
     * @param hashOn what is hashed; not null for the hash policies
     * @param zoneAware whether instances in the gateway's own zone go first
     * @param slowStart over which time a new instance comes to its full share, zero for at once
     * @param panicThreshold share of healthy instances, 0 to 1, below which all instances get calls
     */
    public record Balance(
            Policy policy, @Nullable HashOn hashOn, boolean zoneAware, Duration slowStart, double panicThreshold) {}

    /**
     * Asking instances by grpc.health.v1.
     *
     * @param enabled whether they are asked
     * @param service the name to ask for, empty for the instance as a whole
     * @param interval between two questions where an instance offers no stream of answers
     * @param timeout of one question
     */
    public record GrpcHealth(boolean enabled, String service, Duration interval, Duration timeout) {}

    /**
     * Asking instances by gRPC server reflection what they serve.
     *
     * @param enabled whether they are asked
     * @param timeout of one question
     */
    public record Reflection(boolean enabled, Duration timeout) {}

    /**
     * Taking out instances that fail.
     *
     * @param consecutiveFailures failed calls in a row that take an instance out
     * @param interval between two looks at the instances that are out
     * @param baseEjection how long an instance stays out the first time
     * @param maxEjected share of a service's instances that may be out at one time, 0 to 1
     */
    public record Outlier(int consecutiveFailures, Duration interval, Duration baseEjection, double maxEjected) {}

    /**
     * Upper limits toward a service.
     *
     * @param connectionsPerEndpoint connections that one event loop opens to one instance
     * @param streams calls in flight, null for no limit
     * @param pending calls that may wait for a connection
     * @param pendingTimeout how long one may wait
     * @param adaptive whether the limit of calls in flight follows the measured latency
     */
    public record Limits(
            int connectionsPerEndpoint,
            @Nullable Integer streams,
            int pending,
            Duration pendingTimeout,
            boolean adaptive) {}

    /**
     * TLS toward instances.
     *
     * @param enabled whether all of them are spoken to in TLS, or only those whose registration asks for it
     * @param settings how
     */
    public record Tls(boolean enabled, ClientTls settings) {}
}
