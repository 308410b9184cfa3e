package io.leasegate.server.metrics;

/** What the metrics show of a source of instances beside etcd. Asked on the thread of a scrape; must not block. */
public interface SourceFigures {

    /** The source's name. */
    String name();

    /** Whether it could be read when it was looked at last. */
    boolean up();

    /** How long ago it last confirmed that the table is up to date, in milliseconds; -1 when it never did. */
    long millisSinceConfirmed();
}
