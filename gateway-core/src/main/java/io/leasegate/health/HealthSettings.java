package io.leasegate.health;

/**
 * How the instances of a service are checked.
 *
 * @param grpcEnabled whether {@code grpc.health.v1} is asked; the connection counts either way
 * @param grpcService the service name to ask for, empty for the server as a whole
 * @param intervalMillis between two checks where the instance cannot push its state, and before a lost watch is opened again
 * @param timeoutMillis how long an answer may take
 */
public record HealthSettings(boolean grpcEnabled, String grpcService, long intervalMillis, long timeoutMillis) {

    /** What holds where nothing is configured. */
    public static final HealthSettings DEFAULT = new HealthSettings(true, "", 5_000, 1_000);
}
