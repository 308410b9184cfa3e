package io.leasegate.proxy;

import org.jspecify.annotations.Nullable;

/**
 * What is known of one call when it has ended: the source of its access log line and of its metrics. Valid during
 * {@link CallObserver#onEnd} only, on the call's event loop. Character sequences are views of request bytes (ISO 8859-1) and must be
 * copied to be kept.
 */
public interface AccessRecord {

    Outcome outcome();

    /** The {@code grpc-status} that the caller got, or -1 when none was sent (the caller left, or the reply is not gRPC). */
    int grpcStatus();

    /** The service that the call went to, or null when none was found. */
    @Nullable
    String service();

    /** The request's {@code :path}: {@code /package.Service/Method}. */
    CharSequence path();

    /** The request's {@code :authority}, empty when there was none. */
    CharSequence authority();

    /** The address of the last instance that was tried, or null. */
    @Nullable
    String endpointAddress();

    /** How often the call was given to an instance, 0 when it never was. */
    int attempts();

    /** The request's {@code x-request-id}: the caller's, or one made here. */
    CharSequence requestId();

    /** The caller's address, {@code host:port}. */
    String downstreamAddress();

    /** Who the caller's certificate speaks for, or null when it showed none. */
    @Nullable
    CharSequence identity();

    /** The name of the listener that took the call. */
    String listener();

    /** The registry revision of the table that the call was routed by. */
    long revision();

    /** The text of the {@code grpc-message} of a local reply, or null. */
    @Nullable
    String detail();

    /** When the request's headers arrived, in milliseconds since the epoch. */
    long startEpochMillis();

    /** From the request's headers to the choice of an instance, in nanoseconds; -1 when it was not reached. */
    long routedNanos();

    /** From the request's headers to their departure toward the instance, in nanoseconds; -1 when it was not reached. */
    long sentNanos();

    /** From the request's headers to the first response headers, in nanoseconds; -1 when there were none. */
    long firstResponseNanos();

    /** From the request's headers to the end of the call, in nanoseconds. */
    long totalNanos();

    /** Bytes of request DATA relayed. */
    long requestBytes();

    /** Bytes of response DATA relayed. */
    long responseBytes();
}
