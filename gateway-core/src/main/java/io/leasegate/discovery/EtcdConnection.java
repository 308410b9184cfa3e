package io.leasegate.discovery;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.WatchResponse;
import java.util.List;

/**
 * One connection to one etcd member, from its first use until something fails; what follows a failure is another connection. Every
 * method is called and every callback made on the control loop; nothing is called back after {@link #close}.
 */
interface EtcdConnection extends AutoCloseable {

    /** Where it leads, for messages. */
    String endpoint();

    /** Proves who we are where a user is configured. First call of all. */
    void open(Reply<Boolean> reply);

    /**
     * Reads at most {@code limit} keys, linearizably, in the order of the keys.
     *
     * @param revision the revision to read at, 0 for the newest
     */
    void range(ByteString from, ByteString end, long revision, int limit, Reply<RangeResponse> reply);

    /** How long a lease lives. */
    void timeToLive(long leaseId, Reply<LeaseTime> reply);

    /** Which release of etcd it leads to, as {@code 3.5.21}. */
    void release(Reply<String> reply);

    /** Watches each of the ranges, all on one stream, from a revision on, including it. */
    EtcdWatch watch(List<KeyRange> ranges, long startRevision, Observer observer);

    /** Ends every call in work. */
    @Override
    void close();

    /** Takes the outcome of one call. */
    interface Reply<T> {

        void onSuccess(T value);

        void onFailure(EtcdFailure failure);
    }

    /** Takes what a watch stream brings. */
    interface Observer {

        /**
         * A message.
         *
         * @param receivedNanos when it came in, by the clock of the control loop
         */
        void onMessage(WatchResponse message, long receivedNanos);

        /** The stream ended, whoever ended it; never called after {@link EtcdWatch#cancel}. */
        void onEnd(EtcdFailure failure);
    }

    /** A running watch stream. */
    interface EtcdWatch {

        /** Asks for a sign of life. */
        void requestProgress();

        void cancel();
    }

    /**
     * How long a lease lives, both in seconds and both -1 when there is no such lease.
     *
     * @param grantedSeconds the TTL that it was granted with, and gets again with each renewal
     * @param remainingSeconds what is left of it
     */
    record LeaseTime(long grantedSeconds, long remainingSeconds) {

        static final LeaseTime ENDED = new LeaseTime(-1, -1);
    }
}
