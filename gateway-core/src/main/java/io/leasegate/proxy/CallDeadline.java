package io.leasegate.proxy;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The caller's own limit of time, where it gave one in {@code grpc-timeout}. Used on the call's event loop. */
final class CallDeadline {

    private static final long MOST_AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final long nanos;
    private final Future<?> timer;

    private CallDeadline(long nanos, Future<?> timer) {
        this.nanos = nanos;
        this.timer = timer;
    }

    /** Begins to run, or null when the request has no limit. */
    static @Nullable CallDeadline of(HeaderBlock request, EventLoop loop, Runnable onPassed) {
        AsciiString timeout = request.get(HeaderNames.GRPC_TIMEOUT);
        long nanos = timeout == null ? GrpcTimeout.NONE : GrpcTimeout.parseNanos(timeout);
        return nanos == GrpcTimeout.NONE
                ? null
                : new CallDeadline(nanos, loop.schedule(onPassed, nanos, TimeUnit.NANOSECONDS));
    }

    /** The instance gets the time that remains, not the time that the caller began with. */
    void forward(HeaderBlock headers, long elapsedNanos) {
        headers.set(HeaderField.of(HeaderNames.GRPC_TIMEOUT, GrpcTimeout.format(nanos - elapsedNanos)));
    }

    /**
     * Whether a caller that gives up now does so because of the limit. Its own clock began to run before ours did, so its cancellation often
     * comes just before our timer.
     */
    static boolean isDue(@Nullable CallDeadline deadline, long elapsedNanos) {
        return deadline != null && deadline.nanos - elapsedNanos <= Math.min(deadline.nanos / 10, MOST_AHEAD_NANOS);
    }

    /**
     * For a caller whose time is over.
     *
     * @param sent whether the call was with an instance
     * @param where service and instance, empty for none
     */
    static String describe(boolean sent, String where) {
        return "the caller's deadline passed" + (sent ? " while waiting for the answer" : " before the call was sent")
                + (where.isEmpty() ? "" : ", " + where);
    }

    void cancel() {
        timer.cancel(false);
    }
}
