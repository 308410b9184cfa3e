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

    private @Nullable UpstreamLeg first;

    void add(UpstreamLeg leg) {
        UpstreamLeg second = first;
        leg.next = second;
        if (second != null) {
            second.previous = leg;
        }
        first = leg;
    }

    void remove(UpstreamLeg leg) {
        UpstreamLeg before = leg.previous;
        UpstreamLeg after = leg.next;
        if (before != null) {
            before.next = after;
        } else if (first == leg) {
            first = after;
        }
        if (after != null) {
            after.previous = before;
        }
        leg.previous = null;
        leg.next = null;
    }

    /**
     * The endpoint, or one of its connections, is left: no call joins any more, and each of those that are here goes on as long as it may.
     *
     * @param connection the connection that is left, null for all of them
     * @param why for the callers whose calls are cut
     */
    void evict(EventLoop loop, @Nullable H2Connection connection, String why) {
        TreeSet<Long> periods = new TreeSet<>();
        for (UpstreamLeg leg = first; leg != null; leg = leg.next) {
            if (isOn(leg, connection)) {
                periods.add(leg.evictionPolicy().cutAfterMillis());
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
        List<UpstreamLeg> due = new ArrayList<>();
        for (UpstreamLeg leg = first; leg != null; leg = leg.next) {
            if (leg.evictionPolicy().cutAfterMillis() == millis && isOn(leg, connection)) {
                due.add(leg);
            }
        }
        due.forEach(leg -> leg.cut(why));
    }

    private static boolean isOn(UpstreamLeg leg, @Nullable H2Connection connection) {
        return connection == null || leg.stream().connection() == connection;
    }
}
