package io.leasegate.proxy;

import io.leasegate.h2.GrpcStatus;
import io.leasegate.h2.StreamLoss;

/**
 * How a call ended: the one closed list that logs, metrics, the {@code x-leasegate-outcome} header, the admin pages and the manual
 * use. The manual's list is {@code docs/outcomes.md}; a test fails when an entry is missing there.
 */
public enum Outcome {
    OK(
            "OK",
            GrpcStatus.OK,
            false,
            EndedBy.UPSTREAM,
            Phase.RESPONSE,
            "the instance's answer was relayed to its end, whatever its grpc-status"),
    NO_ROUTE(
            "NR",
            GrpcStatus.UNIMPLEMENTED,
            false,
            EndedBy.GATEWAY,
            Phase.ROUTE,
            "the request's path is not a gRPC method and no route matches"),
    NO_SERVICE(
            "NS",
            GrpcStatus.UNIMPLEMENTED,
            false,
            EndedBy.GATEWAY,
            Phase.ROUTE,
            "no service is registered under any name that the request gives, and no instance says that it serves it"),
    NO_HEALTHY_ENDPOINT(
            "UH",
            GrpcStatus.UNAVAILABLE,
            true,
            EndedBy.GATEWAY,
            Phase.ROUTE,
            "the service is known, but no instance of it can take a call"),
    UPSTREAM_LIMIT(
            "UO",
            GrpcStatus.RESOURCE_EXHAUSTED,
            true,
            EndedBy.GATEWAY,
            Phase.QUEUE,
            "a limit toward the service is reached"),
    CONNECT_FAILED(
            "UF",
            GrpcStatus.UNAVAILABLE,
            true,
            EndedBy.GATEWAY,
            Phase.CONNECT,
            "no connection to the instance could be made"),
    UPSTREAM_TIMEOUT(
            "UT",
            GrpcStatus.DEADLINE_EXCEEDED,
            false,
            EndedBy.GATEWAY,
            Phase.RESPONSE,
            "the call, or its last attempt, took longer than configured"),
    DEADLINE(
            "DT", GrpcStatus.DEADLINE_EXCEEDED, false, EndedBy.GATEWAY, Phase.RESPONSE, "the caller's deadline passed"),
    IDLE(
            "IT",
            GrpcStatus.UNAVAILABLE,
            false,
            EndedBy.GATEWAY,
            Phase.RESPONSE,
            "neither side sent anything for the configured time"),
    STREAM_AGE(
            "SA",
            GrpcStatus.UNAVAILABLE,
            false,
            EndedBy.GATEWAY,
            Phase.RESPONSE,
            "the stream reached the configured age and was ended to be balanced anew"),
    UPSTREAM_RESET(
            "UR", GrpcStatus.UNAVAILABLE, false, EndedBy.UPSTREAM, Phase.RESPONSE, "the instance reset the stream"),
    UPSTREAM_LOST(
            "UC",
            GrpcStatus.UNAVAILABLE,
            false,
            EndedBy.UPSTREAM,
            Phase.RESPONSE,
            "the connection to the instance was lost"),
    UPSTREAM_GOAWAY(
            "UG",
            GrpcStatus.UNAVAILABLE,
            true,
            EndedBy.UPSTREAM,
            Phase.REQUEST,
            "the instance left before it took the call"),
    EVICTED(
            "EV",
            GrpcStatus.UNAVAILABLE,
            false,
            EndedBy.GATEWAY,
            Phase.RESPONSE,
            "the instance left the registry, and the call was cut as configured"),
    DOWNSTREAM_CANCELLED(
            "DC", GrpcStatus.CANCELLED, false, EndedBy.DOWNSTREAM, Phase.RESPONSE, "the caller cancelled the call"),
    DOWNSTREAM_LOST(
            "DR", GrpcStatus.CANCELLED, false, EndedBy.DOWNSTREAM, Phase.RESPONSE, "the caller's connection was lost"),
    RATE_LIMITED(
            "RL", GrpcStatus.RESOURCE_EXHAUSTED, true, EndedBy.GATEWAY, Phase.ROUTE, "a rate limit refused the call"),
    RETRIES_EXHAUSTED(
            "RX", GrpcStatus.UNAVAILABLE, false, EndedBy.GATEWAY, Phase.REQUEST, "every allowed attempt failed"),
    FAULT_INJECTED(
            "FI",
            GrpcStatus.UNAVAILABLE,
            true,
            EndedBy.GATEWAY,
            Phase.ROUTE,
            "the route's fault block aborted the call on purpose"),
    LOCAL_OVERLOAD(
            "LO",
            GrpcStatus.RESOURCE_EXHAUSTED,
            true,
            EndedBy.GATEWAY,
            Phase.ROUTE,
            "the gateway itself is at a limit"),
    PROTOCOL_ERROR("PE", GrpcStatus.INTERNAL, false, EndedBy.GATEWAY, Phase.REQUEST, "one side broke HTTP/2 or gRPC"),
    INTERNAL("IE", GrpcStatus.INTERNAL, false, EndedBy.GATEWAY, Phase.REQUEST, "a defect of the gateway");

    /** Whose doing the end was. */
    public enum EndedBy {
        GATEWAY,
        UPSTREAM,
        DOWNSTREAM
    }

    /** Where in its life a call typically ends this way. */
    public enum Phase {
        ROUTE,
        QUEUE,
        CONNECT,
        REQUEST,
        RESPONSE
    }

    private final String code;
    private final GrpcStatus grpcStatus;
    private final boolean retryable;
    private final EndedBy endedBy;
    private final Phase phase;
    private final String meaning;

    Outcome(String code, GrpcStatus grpcStatus, boolean retryable, EndedBy endedBy, Phase phase, String meaning) {
        this.code = code;
        this.grpcStatus = grpcStatus;
        this.retryable = retryable;
        this.endedBy = endedBy;
        this.phase = phase;
        this.meaning = meaning;
    }

    /** How a call ends whose caller was lost. */
    static Outcome ofLostCaller(StreamLoss loss) {
        return switch (loss) {
            case CONNECTION -> DOWNSTREAM_LOST;
            case QUEUE_SHARE -> LOCAL_OVERLOAD;
            default -> PROTOCOL_ERROR;
        };
    }

    /** The short code, two letters. */
    public String code() {
        return code;
    }

    /** The status that the caller gets unless the cause asks for another one. */
    public GrpcStatus grpcStatus() {
        return grpcStatus;
    }

    /** Whether the instance has certainly not processed the call, so that it may be sent again. */
    public boolean retryable() {
        return retryable;
    }

    public EndedBy endedBy() {
        return endedBy;
    }

    public Phase phase() {
        return phase;
    }

    /** One clause for the manual. */
    public String meaning() {
        return meaning;
    }
}
