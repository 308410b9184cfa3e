package io.leasegate.loadtest.drill;

import io.leasegate.loadtest.calls.CallEnd;
import io.leasegate.loadtest.calls.CallEnd.Way;
import java.util.List;
import java.util.Set;

/** How instances are restarted. */
public enum RestartMode {
    /** SIGTERM: an instance deregisters, goes on for a moment, finishes what it has, and ends. */
    GRACEFUL("graceful"),
    /** SIGKILL: nobody is told. */
    KILL("kill -9");

    /** How the gateway calls it that an instance, or the connection to it, went with the call. */
    private static final Set<String> SENT_TO_THE_DEAD = Set.of("UC", "UR");

    private final String title;

    RestartMode(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    /**
     * Whether a failed call had to fail: only an instance that is killed excuses that, and only of a call that it had been sent.
     *
     * @param addresses of the instances that were restarted
     */
    boolean excuses(CallEnd end, List<String> addresses) {
        return this == KILL
                && end.way() == Way.ANSWERED
                && SENT_TO_THE_DEAD.contains(end.outcome())
                && addresses.stream().anyMatch(address -> end.message().contains("instance " + address + ","));
    }
}
