package io.leasegate.proxy;

import io.leasegate.routing.Destination;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one call when it has ended: the source of its access log line and of its metrics. Valid during
 * {@link CallObserver#onEnd} only, on the call's event loop, unless it is {@link #kept}. Character sequences are views of request bytes (ISO 8859-1) and must be
 * copied to be kept.
 */
public interface AccessRecord {

    /** How many {@link #earlierPicks} there are at the most. */
    int MOST_EARLIER = 8;

    /** How much of a text a record that is {@link #kept} has. */
    int MOST_KEPT_CHARS = 512;

    /**
     * An instance that was tried in vain.
     *
     * @param address of the instance
     * @param pickedNanos as {@link AccessRecord#pickedNanos}
     * @param failure what came of it, in words
     */
    record EarlierPick(String address, long pickedNanos, String failure) {}

    Outcome outcome();

    /** The {@code grpc-status} that the caller got, or -1 when none was sent (the caller left, or the reply is not gRPC). */
    int grpcStatus();

    /** The service that the call went to, or null when none was found. */
    @Nullable
    String service();

    /**
     * The position among the configured routes, from 0, of the one that the call was routed by last; {@link Destination#NO_ROUTE} when its
     * service was found by a name, or not at all.
     */
    int route();

    /** The request's {@code :path}: {@code /package.Service/Method}. */
    CharSequence path();

    /** The request's {@code :authority}, empty when there was none. */
    CharSequence authority();

    /** The address of the last instance that was tried, or null. */
    @Nullable
    String endpointAddress();

    /** The instances that were tried before that one, in their order; those behind the first {@value #MOST_EARLIER} are left out. */
    List<EarlierPick> earlierPicks();

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

    /** The text of the {@code grpc-message} of a local reply, or why there was no further attempt before an instance's answer; else null. */
    @Nullable
    String detail();

    /** When the request's headers arrived, in milliseconds since the epoch. */
    long startEpochMillis();

    /** From the request's headers to the choice of an instance, in nanoseconds; -1 when it was not reached. */
    long routedNanos();

    /** The same to the choice of the last instance. */
    long pickedNanos();

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

    /**
     * The call, to be kept for as long as is wanted: it changes no more, may be published to other threads, and holds on to nothing large.
     * Texts of more than {@value #MOST_KEPT_CHARS} characters are cut by this.
     */
    AccessRecord kept();
}
