package io.leasegate.server;

import io.leasegate.discovery.Discovery;
import io.leasegate.server.metrics.SourceFigures;

/**
 * What the metrics show of a source beside etcd, read from discovery's status. Stateless.
 *
 * @param name the source's name
 */
record OtherSource(String name, Discovery discovery) implements SourceFigures {

    @Override
    public boolean up() {
        return discovery.status(name).connected();
    }

    @Override
    public long millisSinceConfirmed() {
        return discovery.status(name).confirmedAgeMillis();
    }
}
