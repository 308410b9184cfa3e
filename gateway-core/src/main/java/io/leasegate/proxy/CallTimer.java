package io.leasegate.proxy;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.leasegate.h2.LocalReply;
import io.leasegate.resilience.TimeLimits;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The limits of time of one call, on one timer: the caller's {@code grpc-timeout}, the call's {@link TimeLimits}, and when its {@link Attempts}
 * have something to do. Times are nanoseconds since the request's headers. The idle limit costs a look at the clock per frame; the timer finds out later whether it has passed.
 * Used on the call's event loop.
 */
final class CallTimer implements Runnable {

    static final long NEVER = Long.MAX_VALUE;

    private static final long MOST_AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Exchange call;
    private final ExchangeRecord record;
    private final EventLoop loop;
    private final TimeLimits limits;
    private final long deadlineNanos;
    private final boolean callers;
    private final long ageNanos;
    private long lastFrameNanos;
    private long armedForNanos = NEVER;
    private @Nullable Future<?> armed;

    private CallTimer(Exchange call, ExchangeRecord record, ProxyLoop loop, TimeLimits limits, long callersNanos) {
        this.call = call;
        this.record = record;
        this.loop = loop.eventLoop();
        this.limits = limits;
        this.callers = callersNanos <= limit(limits.totalNanos());
        this.deadlineNanos = Math.min(callersNanos, limit(limits.totalNanos()));
        this.ageNanos = limits.ageNanos() == TimeLimits.NONE ? NEVER : limits.ageNanos(loop.random());
    }

    private static long limit(long nanos) {
        return nanos == TimeLimits.NONE ? NEVER : nanos;
    }

    /** Begins to run, or null when nothing limits the call. */
    static @Nullable CallTimer of(
            Exchange call, HeaderBlock request, ExchangeRecord record, ProxyLoop loop, TimeLimits limits) {
        AsciiString timeout = request.get(HeaderNames.GRPC_TIMEOUT);
        long callersNanos = timeout == null ? GrpcTimeout.NONE : GrpcTimeout.parseNanos(timeout);
        if (callersNanos == GrpcTimeout.NONE && limits.isUnlimited()) {
            return null;
        }
        long nanos = callersNanos == GrpcTimeout.NONE ? NEVER : callersNanos;
        CallTimer timer = new CallTimer(call, record, loop, limits, nanos);
        timer.arm();
        return timer;
    }

    /** For a call that nothing limits, but that has further attempts ahead. */
    static CallTimer unlimited(Exchange call, ExchangeRecord record, ProxyLoop loop) {
        return new CallTimer(call, record, loop, TimeLimits.UNLIMITED, NEVER);
    }

    /** The time until the call's deadline. */
    long leftNanos() {
        return hasDeadline() ? deadlineNanos - record.elapsedNanos() : NEVER;
    }

    /** Whether the call has a deadline, the caller's or ours. */
    boolean hasDeadline() {
        return deadlineNanos != NEVER;
    }

    /** The instance gets the time that remains, not the time that the caller began with. */
    void forward(HeaderBlock headers) {
        if (hasDeadline() && (callers || LocalReply.isGrpc(headers))) {
            headers.set(HeaderField.of(HeaderNames.GRPC_TIMEOUT, GrpcTimeout.format(leftNanos())));
        }
    }

    /**
     * Whether a caller that gives up now does so because of its deadline. Its own clock began to run before ours did, so its cancellation
     * often comes just before our timer.
     */
    static boolean isDue(@Nullable CallTimer timer) {
        return timer != null
                && timer.callers
                && timer.hasDeadline()
                && timer.deadlineNanos - timer.record.elapsedNanos()
                        <= Math.min(timer.deadlineNanos / 10, MOST_AHEAD_NANOS);
    }

    /** HEADERS or DATA of the call came or went. */
    void onFrame() {
        if (limits.idleNanos() != TimeLimits.NONE) {
            lastFrameNanos = record.elapsedNanos();
        }
    }

    private long idleDueNanos() {
        return limits.idleNanos() == TimeLimits.NONE ? NEVER : saturatedSum(lastFrameNanos, limits.idleNanos());
    }

    private static long saturatedSum(long a, long b) {
        return a > NEVER - b ? NEVER : a + b;
    }

    /** The first thing to do may be another one than before. A timer that is early sets itself again. */
    void arm() {
        long ofLimits = Math.min(Math.min(deadlineNanos, ageNanos), idleDueNanos());
        long due = Math.min(ofLimits, call.attemptsDueNanos());
        if (due < armedForNanos) {
            cancel();
            armedForNanos = due;
            armed = loop.schedule(this, Math.max(0, due - record.elapsedNanos()), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void run() {
        armed = null;
        armedForNanos = NEVER;
        long now = record.elapsedNanos();
        if (now >= deadlineNanos) {
            if (callers) {
                call.onDeadline();
            } else {
                call.onTotalTime(limits);
            }
        } else if (now >= ageNanos) {
            call.onAge(limits);
        } else if (now >= idleDueNanos()) {
            call.onIdle(limits);
        } else {
            call.onAttemptsDue(now);
        }
    }

    void cancel() {
        if (armed != null) {
            armed.cancel(false);
            armed = null;
        }
    }
}
