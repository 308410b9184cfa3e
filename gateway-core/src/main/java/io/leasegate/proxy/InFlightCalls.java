package io.leasegate.proxy;

import io.leasegate.h2.H2Connection;
import io.leasegate.routing.EvictionPolicy;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The calls that one event loop has in flight on one endpoint, so that those can be found that an eviction cuts. A list that runs through
 * the calls themselves: to join and to leave it allocates nothing. Used on the loop only.
 */
final class InFlightCalls {

    private @Nullable Attempt first;

    void add(Attempt attempt) {
        Attempt second = first;
        attempt.next = second;
        if (second != null) {
            second.previous = attempt;
        }
        first = attempt;
    }

    void remove(Attempt attempt) {
        Attempt before = attempt.previous;
        Attempt after = attempt.next;
        if (before != null) {
            before.next = after;
        } else if (first == attempt) {
            first = after;
        }
        if (after != null) {
            after.previous = before;
        }
        attempt.previous = null;
        attempt.next = null;
    }

    /**
     * The endpoint, or one of its connections, is left: no call joins any more, and each of those that are here goes on as long as it may.
     *
     * @param connection the connection that is left, null for all of them
     * @param why for the callers whose calls are cut
     */
    void evict(EventLoop loop, @Nullable H2Connection connection, String why) {
        TreeSet<Long> periods = new TreeSet<>();
        for (Attempt attempt = first; attempt != null; attempt = attempt.next) {
            if (isOn(attempt, connection)) {
                periods.add(attempt.evictionPolicy().cutAfterMillis());
            }
        }
        for (long millis : periods) {
            if (millis == 0) {
                cut(millis, connection, why);
            } else if (millis != EvictionPolicy.NEVER) {
                loop.schedule(() -> cut(millis, connection, why), millis, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void cut(long millis, @Nullable H2Connection connection, String why) {
        // One call's end may be that of others too, and would pull the list from under the walk.
        List<Attempt> due = new ArrayList<>();
        for (Attempt attempt = first; attempt != null; attempt = attempt.next) {
            if (attempt.evictionPolicy().cutAfterMillis() == millis && isOn(attempt, connection)) {
                due.add(attempt);
            }
        }
        due.forEach(attempt -> attempt.cut(why));
    }

    private static boolean isOn(Attempt attempt, @Nullable H2Connection connection) {
        return connection == null || attempt.stream().connection() == connection;
    }
}
