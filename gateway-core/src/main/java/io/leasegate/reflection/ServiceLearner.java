package io.leasegate.reflection;

import io.leasegate.discovery.ControlLoop;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointListener;
import io.leasegate.health.ConnectionKeeper;
import io.leasegate.reflection.ReflectionAnswer.Result;
import io.leasegate.reflection.VersionGroup.Member;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/**
 * Asks one healthy instance of each version of each service what it serves, by gRPC server reflection. Control loop only; the questions run on
 * event loops.
 *
 * <pre>
 *   version new, or who answered is another ---> queue ---> asked: {@value #MAX_AT_ONCE} at once ---> names, or no reflection
 *                                                  ^                              |
 *                                                  +-- pause, longer each time <--+ failed
 * </pre>
 *
 * <p>A version is asked once a second at most. What was learned stays while another answer is waited for, unless nobody of those is left who
 * were there and the others do not answer.
 */
public final class ServiceLearner implements EndpointListener {

    /** How many instances are asked at one time. */
    static final int MAX_AT_ONCE = 16;

    /** How many names are kept of one service, those of all its versions added up. */
    static final int MAX_NAMES = 4_000;

    private static final long MIN_PAUSE_MILLIS = 1_000;
    private static final long MAX_PAUSE_MILLIS = 60_000;
    /** How much longer a pause is at most, by chance: instances that failed together are not asked together. */
    private static final double JITTER = 0.25;

    private final ControlLoop loop;
    private final ConnectionKeeper connections;
    private final Function<String, ReflectionSettings> settings;
    private final ReflectionListener listener;
    private final DoubleSupplier random;
    private final Map<Endpoint, Member> members = new HashMap<>();
    private final Map<String, Map<String, VersionGroup>> services = new HashMap<>();
    private final ArrayDeque<VersionGroup> queue = new ArrayDeque<>();
    private int asking;

    /**
     * @param connections keeps the connections that are asked over
     * @param settings the settings of the service with the given name
     * @param random numbers from 0 to below 1, used on the control loop
     */
    public ServiceLearner(
            ControlLoop loop,
            ConnectionKeeper connections,
            Function<String, ReflectionSettings> settings,
            ReflectionListener listener,
            DoubleSupplier random) {
        this.loop = loop;
        this.connections = connections;
        this.settings = settings;
        this.listener = listener;
        this.random = random;
    }

    @Override
    public void onAdded(Endpoint endpoint) {
        ReflectionSettings s = settings.apply(endpoint.id().service());
        if (!s.enabled()) {
            return;
        }
        VersionGroup g = group(endpoint);
        Member m = new Member(endpoint, s, g, () -> loop.execute(() -> onConnected(endpoint)));
        members.put(endpoint, m);
        g.add(m);
        connections.watch(endpoint, m.probe);
    }

    private VersionGroup group(Endpoint endpoint) {
        String service = endpoint.id().service();
        return services.computeIfAbsent(service, s -> new HashMap<>())
                .computeIfAbsent(endpoint.instance().version(), v -> new VersionGroup(service, v));
    }

    @Override
    public void onChanged(Endpoint endpoint) {
        Member m = members.get(endpoint);
        if (m == null) {
            return;
        }
        long leaseId = endpoint.instance().leaseId();
        if (!m.group.version.equals(endpoint.instance().version())) {
            leave(m);
            m.group = group(endpoint);
            m.group.add(m);
        } else if (m.leaseId != leaseId) {
            m.group.onRegisteredAgain(m);
        }
        m.leaseId = leaseId;
        considerAfterNewsOf(m);
    }

    @Override
    public void onRemoved(Endpoint endpoint, long newsNanos) {
        Member m = members.remove(endpoint);
        if (m != null) {
            leave(m);
        }
    }

    private void onConnected(Endpoint endpoint) {
        Member m = members.get(endpoint);
        if (m != null) {
            if (m.connectedBefore) {
                m.group.onReconnected(m);
            }
            m.connectedBefore = true;
            considerAfterNewsOf(m);
        }
    }

    private void leave(Member m) {
        VersionGroup g = m.group;
        boolean wantedBefore = g.wantsAnswer();
        g.remove(m);
        if (g.isEmpty()) {
            // Behind what else came with the same news: others may take the places of all.
            loop.execute(() -> forgetIfEmpty(g));
        } else if (!wantedBefore) {
            consider(g);
        }
    }

    private void forgetIfEmpty(VersionGroup g) {
        Map<String, VersionGroup> versions = services.get(g.service);
        if (!g.isEmpty() || versions == null || !versions.remove(g.version, g)) {
            return;
        }
        if (versions.isEmpty()) {
            services.remove(g.service);
        }
        g.endPause();
        learned(g, List.of());
    }

    /** Only this member may have become one that can be asked: in a large group of which nobody can, a look at all would add up. */
    private void considerAfterNewsOf(Member m) {
        if (m.canBeAsked()) {
            consider(m.group);
        }
    }

    /** Has the group asked if an answer is wanted and somebody can give it. */
    private void consider(VersionGroup g) {
        if (!g.wantsAnswer() || g.candidate() == null) {
            return;
        }
        long sinceMillis = g.sinceAsked(loop.nanoTime()) / 1_000_000;
        if (sinceMillis < MIN_PAUSE_MILLIS) {
            pause(g, MIN_PAUSE_MILLIS - sinceMillis);
            return;
        }
        g.busy = true;
        queue.add(g);
        askNext();
    }

    private void pause(VersionGroup g, long millis) {
        g.pause = loop.schedule(
                () -> {
                    g.pause = null;
                    consider(g);
                },
                millis);
    }

    private void askNext() {
        while (asking < MAX_AT_ONCE) {
            VersionGroup g = queue.poll();
            if (g == null) {
                return;
            }
            Member m = g.candidate();
            if (m == null) {
                g.busy = false;
            } else {
                asking++;
                g.onAsking(m, loop.nanoTime());
                m.probe.ask(m.settings.timeoutMillis(), a -> loop.execute(() -> onAnswer(g, m, a)));
            }
        }
    }

    private void onAnswer(VersionGroup g, Member m, ReflectionAnswer answer) {
        asking--;
        g.busy = false;
        listener.onAsked(m.endpoint, answer);
        if (!g.has(m)) {
            g.onAskedLeft();
        } else if (answer.result() == Result.LEARNED || answer.result() == Result.UNIMPLEMENTED) {
            g.onAnswer(m);
            learned(g, kept(g, m, GrpcServiceNames.routable(answer.services())));
        } else {
            g.endPause();
            pause(g, pauseMillis(g.onFailure()));
            if (g.isHearsay()) {
                learned(g, List.of());
            }
        }
        consider(g);
        askNext();
    }

    /** Doubled with each failure in a row, up to the longest; and a little longer by chance. */
    private long pauseMillis(int failures) {
        double base = MIN_PAUSE_MILLIS * Math.pow(2, failures - 1);
        return Math.round(Math.min(base, MAX_PAUSE_MILLIS) * (1 + JITTER * random.getAsDouble()));
    }

    private List<String> kept(VersionGroup g, Member m, List<String> names) {
        int room = MAX_NAMES;
        for (VersionGroup other : services.getOrDefault(g.service, Map.of()).values()) {
            room -= other == g ? 0 : other.names;
        }
        if (names.size() <= room) {
            return names;
        }
        listener.onCut(m.endpoint, names.size(), room);
        return names.subList(0, room);
    }

    private void learned(VersionGroup g, List<String> names) {
        if (g.names > 0 || !names.isEmpty()) {
            g.onNames(names.size());
            listener.onLearned(g.service, g.version, names);
        }
    }
}
