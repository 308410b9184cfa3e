package io.leasegate.proxy;

import io.leasegate.filter.RequestFilter;
import io.leasegate.h2.H2Codec;
import io.leasegate.resilience.CallPolicy;
import io.leasegate.resilience.ServiceCounts;
import io.leasegate.routing.Destination;
import io.leasegate.routing.EvictionPolicy;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.tls.UpstreamTls;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What all loops of a gateway share: nothing of it changes after the start except the table behind its reference and what is counted. */
record GatewayContext(
        RouteTableRef tables,
        List<RequestFilter> filters,
        Function<String, UpstreamSettings> upstreamSettings,
        Function<String, @Nullable UpstreamTls> upstreamTls,
        CallObserver calls,
        ConnectionObserver connections,
        H2Codec codec,
        QueueGuard queueGuard,
        Transport transport,
        HostNames hostNames,
        boolean revisionTrailer,
        Function<String, EvictionPolicy> eviction,
        Function<String, CallPolicy> policies,
        ServiceCounts counts) {

    /** What happens to calls to a destination when their instance is left: as its route says, else as its service does. */
    EvictionPolicy evictionOf(Destination d) {
        EvictionPolicy ofRoute = d.eviction();
        return ofRoute != null ? ofRoute : eviction.apply(d.cluster().name());
    }

    /** What holds for single calls to a destination: as its route says, else as its service does. */
    CallPolicy policyOf(Destination d) {
        CallPolicy ofRoute = d.policy();
        return ofRoute != null ? ofRoute : policies.apply(d.cluster().name());
    }
}
