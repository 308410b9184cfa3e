package io.leasegate.reflection;

import io.leasegate.discovery.ControlLoop.Scheduled;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointState;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/**
 * The instances of one version of a service, of which one is asked for all. Control loop only.
 *
 * <p>An answer is wanted when the group is new; when who answered leaves, registers again or is connected to anew, since another process may
 * stand there now; and, where it was that there is no reflection, when another instance comes or goes.
 */
final class VersionGroup {

    /** One instance. Equal to itself alone. */
    static final class Member {

        final Endpoint endpoint;
        final ReflectionProbe probe;
        final ReflectionSettings settings;
        VersionGroup group;
        long leaseId;
        boolean connectedBefore;
        /** Whether it was there when the group's names were learned. */
        boolean vouches;

        /** @param whenConnected runs at each connection, on its event loop */
        Member(Endpoint endpoint, ReflectionSettings settings, VersionGroup group, Runnable whenConnected) {
            this.endpoint = endpoint;
            this.probe = new ReflectionProbe(endpoint.id().address(), whenConnected);
            this.settings = settings;
            this.group = group;
            this.leaseId = endpoint.instance().leaseId();
        }

        boolean canBeAsked() {
            return endpoint.shownState() == EndpointState.HEALTHY && probe.isConnected();
        }
    }

    final String service;
    final String version;

    /** Whether it stands in the queue or is being asked. */
    boolean busy;

    /** The pause before the next question, while there is one. */
    @Nullable
    Scheduled pause;

    /** How many names are known of it. */
    int names;

    private final LinkedHashSet<Member> members = new LinkedHashSet<>();
    private boolean wanted = true;
    private @Nullable Member answered;
    private int failures;
    private boolean askedBefore;
    private long askedNanos;

    VersionGroup(String service, String version) {
        this.service = service;
        this.version = version;
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    boolean has(Member m) {
        return members.contains(m);
    }

    /** Whether to ask as soon as somebody can be asked. */
    boolean wantsAnswer() {
        return wanted && !busy && pause == null;
    }

    void add(Member m) {
        m.vouches = false;
        members.add(m);
        if (names == 0) {
            renew();
        }
    }

    void remove(Member m) {
        members.remove(m);
        if (m == answered || names == 0) {
            answered = null;
            wanted = true;
        }
    }

    /** It may be another process by now. */
    void onRegisteredAgain(Member m) {
        if (m == answered || names == 0) {
            renew();
        }
    }

    void onReconnected(Member m) {
        if (m == answered) {
            wanted = true;
        }
    }

    /** There is somebody who was not asked yet: what went wrong before does not count. */
    private void renew() {
        wanted = true;
        failures = 0;
        endPause();
    }

    void endPause() {
        if (pause != null) {
            pause.cancel();
            pause = null;
        }
    }

    /** Who can be asked now, or null; of several the first in line, at whose end is who was asked last. */
    @Nullable
    Member candidate() {
        for (Member m : members) {
            if (m.canBeAsked()) {
                return m;
            }
        }
        return null;
    }

    /** How long ago a question was asked, in nanoseconds; {@link Long#MAX_VALUE} when there was none. */
    long sinceAsked(long nowNanos) {
        return askedBefore ? nowNanos - askedNanos : Long.MAX_VALUE;
    }

    void onAsking(Member m, long nowNanos) {
        members.remove(m);
        members.add(m);
        wanted = false;
        askedBefore = true;
        askedNanos = nowNanos;
    }

    /** The member said what it serves, or that it does not say. */
    void onAnswer(Member m) {
        answered = m;
        failures = 0;
        members.forEach(each -> each.vouches = true);
    }

    /** What was learned holds for those too who came while the question was under way. */
    void onNames(int count) {
        names = count;
        if (count > 0) {
            wanted = false;
        }
    }

    /** Returns how many questions failed in a row. */
    int onFailure() {
        wanted = true;
        return ++failures;
    }

    /** The question came to nothing because who was asked has left. */
    void onAskedLeft() {
        wanted = true;
    }

    /** Whether names are known, but nobody is left of those who were there when they were learned. */
    boolean isHearsay() {
        if (names == 0) {
            return false;
        }
        for (Member m : members) {
            if (m.vouches) {
                return false;
            }
        }
        return true;
    }
}
