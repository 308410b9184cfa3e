package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.peer.Peer;
import java.util.List;
import java.util.Map;

/** One question that all peers are asked. Stateless but for what {@link #prepare} finds out; used by the thread that measures. */
public interface Scenario {

    /** As it is given on the command line. */
    String name();

    /** In a line, for people. */
    String title();

    /** What is counted, in the singular: a call, a round trip. */
    String unit();

    /** The figure that ratios are made of. */
    Metric compared();

    /** Whether the question makes sense for the peer. */
    default boolean includes(Peer peer, Settings settings) {
        return true;
    }

    /** Finds out what is needed once, before the first round. */
    default void prepare(Lab lab, List<Peer> peers) throws BenchFailure, InterruptedException {}

    /** Undoes what {@link #prepare} did; called in any case. */
    default void finish(Lab lab) throws BenchFailure, InterruptedException {}

    /** What it found out, for the report; may be empty. */
    default String note() {
        return "";
    }

    /**
     * Measures a peer once.
     *
     * @return by the name of the row that the figures belong to; the peer's own where there is one row
     */
    Map<String, Figures> measure(Lab lab, Peer peer) throws BenchFailure, InterruptedException;
}
