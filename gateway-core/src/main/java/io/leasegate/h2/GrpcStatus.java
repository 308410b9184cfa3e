package io.leasegate.h2;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** The status codes of gRPC, in the order of their numbers. */
public enum GrpcStatus {
    OK,
    CANCELLED,
    UNKNOWN,
    INVALID_ARGUMENT,
    DEADLINE_EXCEEDED,
    NOT_FOUND,
    ALREADY_EXISTS,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    FAILED_PRECONDITION,
    ABORTED,
    OUT_OF_RANGE,
    UNIMPLEMENTED,
    INTERNAL,
    UNAVAILABLE,
    DATA_LOSS,
    UNAUTHENTICATED;

    private static final GrpcStatus[] VALUES = values();

    private final AsciiString text = AsciiString.cached(Integer.toString(ordinal()));

    /** The number on the wire. */
    public int code() {
        return ordinal();
    }

    /** The number as header value. */
    public AsciiString text() {
        return text;
    }

    /**
     * Whether it says that an instance could not do its work, and not that it was asked for something wrong: the statuses that
     * google.rpc.Code maps to 5xx, and {@link #RESOURCE_EXHAUSTED}. What balancing goes by; outlier detection asks for more (docs/balancing.md).
     */
    public boolean isFailure() {
        return switch (this) {
            case UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS ->
                true;
            default -> false;
        };
    }

    /** The status with the given number; {@link #UNKNOWN} for one that is not defined. */
    public static GrpcStatus of(int code) {
        return code >= 0 && code < VALUES.length ? VALUES[code] : UNKNOWN;
    }

    /**
     * The status of an answer.
     *
     * @param code what {@code grpc-status} says, -1 where it says nothing
     * @param httpStatus the {@code :status}, null for none
     */
    public static GrpcStatus ofAnswer(int code, @Nullable CharSequence httpStatus) {
        return code < 0 ? ofHttpStatus(httpStatus) : of(code);
    }

    /**
     * The status for an answer without one, by gRPC's document "HTTP to gRPC Status Code Mapping".
     *
     * @param httpStatus the {@code :status}, null for none
     */
    public static GrpcStatus ofHttpStatus(@Nullable CharSequence httpStatus) {
        return switch (httpStatus == null ? "" : httpStatus.toString()) {
            case "400" -> INTERNAL;
            case "401" -> UNAUTHENTICATED;
            case "403" -> PERMISSION_DENIED;
            case "404" -> UNIMPLEMENTED;
            case "429", "502", "503", "504" -> UNAVAILABLE;
            default -> UNKNOWN;
        };
    }

    /**
     * The status for a reset without trailers, by the table "Errors" of gRPC's HTTP/2 protocol document.
     *
     * @param errorCode an HTTP/2 error code (RFC 9113 section 7)
     */
    public static GrpcStatus ofHttp2Error(long errorCode) {
        if (errorCode == Http2Error.REFUSED_STREAM) {
            return UNAVAILABLE;
        }
        if (errorCode == Http2Error.CANCEL) {
            return CANCELLED;
        }
        if (errorCode == Http2Error.ENHANCE_YOUR_CALM) {
            return RESOURCE_EXHAUSTED;
        }
        if (errorCode == Http2Error.INADEQUATE_SECURITY) {
            return PERMISSION_DENIED;
        }
        return INTERNAL;
    }
}
