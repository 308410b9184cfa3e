package io.leasegate.server;

import io.leasegate.discovery.Discovery;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.outlier.OutlierListener;
import io.leasegate.outlier.OutlierReason;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the table follow what is decided about failing instances, and tells the log and the metrics. An instance is told of once in ten
 * seconds at most. Called on the control thread.
 */
final class OutlierEvents implements OutlierListener {

    private static final Logger LOG = LoggerFactory.getLogger(OutlierEvents.class);

    private final Discovery discovery;
    private final OutlierListener metrics;
    private final LongSupplier nanoClock;
    private final RepeatLimit ejections = new RepeatLimit(10, TimeUnit.SECONDS);
    private final RepeatLimit spared = new RepeatLimit(60, TimeUnit.SECONDS);

    OutlierEvents(Discovery discovery, OutlierListener metrics) {
        this.discovery = discovery;
        this.metrics = metrics;
        this.nanoClock = discovery.control()::nanoTime;
    }

    @Override
    public void onEjected(Endpoint endpoint, OutlierReason reason, String why, long millis, int times) {
        String forHowLong = "ejected for " + seconds(millis) + (times > 1 ? ", time " + times : "");
        discovery.eject(endpoint, forHowLong + ": " + why);
        metrics.onEjected(endpoint, reason, why, millis, times);
        EndpointId id = endpoint.id();
        long untold = ejections.pass(id.toString(), nanoClock.getAsLong());
        if (untold != RepeatLimit.SILENT) {
            LOG.warn(
                    "service {}, instance {}: {}: {}{}",
                    id.service(),
                    id.address(),
                    forHowLong,
                    why,
                    untold == 0 ? "" : " (" + untold + " times more since this was told last)");
        }
    }

    private static String seconds(long millis) {
        return millis < 1_000 ? millis + " ms" : (millis + 500) / 1_000 + " s";
    }

    @Override
    public void onReadmitted(Endpoint endpoint) {
        discovery.readmit(endpoint);
        metrics.onReadmitted(endpoint);
        LOG.info(
                "service {}, instance {}: no longer ejected",
                endpoint.id().service(),
                endpoint.id().address());
    }

    @Override
    public void onSpared(Endpoint endpoint, OutlierReason reason) {
        metrics.onSpared(endpoint, reason);
        String service = endpoint.id().service();
        if (spared.pass(service, nanoClock.getAsLong()) != RepeatLimit.SILENT) {
            LOG.warn(
                    "service {}: calls to instance {} fail, but it is not ejected: no more of the instances may be out"
                            + " (outlier.max-ejected), or no other one is healthy",
                    service,
                    endpoint.id().address());
        }
    }
}
