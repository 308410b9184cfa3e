package io.leasegate.server;

import io.leasegate.discovery.Discovery;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.reflection.ReflectionAnswer;
import io.leasegate.reflection.ReflectionListener;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the table follow what instances say they serve, and tells the log and the metrics. Called on the control thread. */
final class ReflectionEvents implements ReflectionListener {

    private static final Logger LOG = LoggerFactory.getLogger(ReflectionEvents.class);

    private final Discovery discovery;
    private final Consumer<String> asks;
    private final LongSupplier nanoClock;
    private final RepeatLimit failures = new RepeatLimit(10, TimeUnit.MINUTES);
    private final RepeatLimit cuts = new RepeatLimit(10, TimeUnit.MINUTES);

    /** @param asks is told the result when an instance was asked: as {@link ReflectionAnswer.Result} has it, in lower case */
    ReflectionEvents(Discovery discovery, Consumer<String> asks) {
        this.discovery = discovery;
        this.asks = asks;
        this.nanoClock = discovery.control()::nanoTime;
    }

    /** Not to serve reflection is nobody's failure. Others are told of once in ten minutes and service. */
    @Override
    public void onAsked(Endpoint endpoint, ReflectionAnswer answer) {
        asks.accept(answer.result().name().toLowerCase(Locale.ROOT));
        EndpointId id = endpoint.id();
        switch (answer.result()) {
            case LEARNED, UNIMPLEMENTED, LOST ->
                LOG.debug(
                        "service {}, instance {}: asked what it serves: {} {}{}",
                        id.service(),
                        id.address(),
                        answer.result(),
                        answer.services(),
                        answer.detail());
            case TIMEOUT, REFUSED, TOO_LARGE, MALFORMED -> {
                if (failures.pass(id.service(), nanoClock.getAsLong()) != RepeatLimit.SILENT) {
                    LOG.info(
                            "service {}, instance {}: does not say by server reflection what it serves: {}; it is asked again"
                                    + " (services.NAME.reflection.enabled = false ends that)",
                            id.service(),
                            id.address(),
                            answer.detail());
                }
            }
        }
    }

    @Override
    public void onLearned(String service, String version, List<String> grpcServices) {
        discovery.setGrpcServices(service, version, grpcServices);
    }

    @Override
    public void onCut(Endpoint endpoint, int named, int kept) {
        if (cuts.pass(endpoint.id().service(), nanoClock.getAsLong()) != RepeatLimit.SILENT) {
            LOG.warn(
                    "service {}, instance {}: says that it serves {} gRPC services; {} of them are kept, the first in alphabetical order",
                    endpoint.id().service(),
                    endpoint.id().address(),
                    named,
                    kept);
        }
    }
}
