package io.leasegate.proxy;

import io.leasegate.h2.GrpcStatus;
import io.leasegate.routing.Destination;
import io.leasegate.routing.Fault;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Does to one call what its route does to calls on purpose. Used on the call's event loop. */
final class FaultInjection {

    private final Exchange exchange;
    private final ProxyLoop loop;
    private final Fault fault;
    private @Nullable Future<?> delay;

    private FaultInjection(Exchange exchange, ProxyLoop loop, Fault fault) {
        this.exchange = exchange;
        this.loop = loop;
        this.fault = fault;
    }

    /** For a call that goes to the given destination; null where that wants nothing of the kind. */
    static @Nullable FaultInjection of(@Nullable Destination to, Exchange exchange, ProxyLoop loop) {
        return to == null || to.fault() == null ? null : new FaultInjection(exchange, loop, to.fault());
    }

    /** Delays, aborts or sends the call, as it falls. */
    void begin() {
        if (fault.delays(loop.random())) {
            delay = loop.eventLoop().schedule(this::abortOrSend, fault.delayNanos(), TimeUnit.NANOSECONDS);
        } else {
            abortOrSend();
        }
    }

    private void abortOrSend() {
        if (fault.aborts(loop.random())) {
            exchange.replyLocally(Outcome.FAULT_INJECTED, GrpcStatus.of(fault.abortStatus()), fault.abortMessage());
        } else {
            exchange.send();
        }
    }

    /** The call has ended. */
    void cancel() {
        if (delay != null) {
            delay.cancel(false);
        }
    }
}
