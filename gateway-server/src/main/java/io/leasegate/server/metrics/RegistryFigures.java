package io.leasegate.server.metrics;

import java.util.Map;

/** What the metrics show of the registry client. Asked on the thread of a scrape; must not block. */
public interface RegistryFigures {

    /** Whether the watch stands, so that the table follows the registry. */
    boolean connected();

    /** How long ago the registry last confirmed that the table is up to date, in milliseconds; -1 when it never did. */
    long millisSinceConfirmed();

    /** How often everything was listed again since the start; the first list is not counted. */
    long relists();

    /** How often the watch was started again since the start. */
    long watchRestarts();

    /** How many instances are kept although the registry has them no more. */
    int held();

    /** Whether a table that was saved in an earlier life stands in for the registry. */
    boolean restored();

    /** How many registrations are refused now, by reason; the reasons are a closed list of short words. */
    Map<String, Integer> refused();
}
