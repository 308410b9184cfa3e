package io.leasegate.proxy;

import io.leasegate.filter.RequestFilter;
import io.leasegate.h2.H2Codec;
import io.leasegate.routing.RouteTableRef;
import java.util.List;
import java.util.function.Function;

/** What all loops of a gateway share: nothing of it changes after the start except the table behind its reference. */
record GatewayContext(
        RouteTableRef tables,
        List<RequestFilter> filters,
        Function<String, UpstreamSettings> upstreamSettings,
        CallObserver calls,
        ConnectionObserver connections,
        H2Codec codec,
        QueueGuard queueGuard,
        Transport transport,
        HostNames hostNames) {}
