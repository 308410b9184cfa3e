package io.leasegate.discovery;

import io.leasegate.discovery.ControlLoop.Scheduled;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells an instance that leaves from a registry that is sick. Stands between a registry and the table: what the registry says goes on
 * unchanged, and instances that vanished under suspicious circumstances are put back as held. Control loop only.
 *
 * <pre>
 *   registered --vanishes--> gone -----------------------------.
 *       ^           |         | (its service, or all, are suspicious within the window)
 *       |           |         v
 *       |           '------> HELD --cannot be connected to, or says that it does not serve--> gone
 *       '---registers again---'
 * </pre>
 *
 * <p>Suspicious are: all that vanished with data that were lost or restored; after an error of the registry, a large share of a
 * service's instances or of all; else such a share within the window, where there were enough of them for a share to mean something. A
 * service with a held instance stays suspicious. Only what is not known to be dead is ever held.
 *
 * <p>Invariant: an address is held or registered, never both; a held one has a key of its own in the table, so that the registry's keys
 * stay what the registry says.
 */
final class HeldInstances {

    /** No key of a registry begins so. */
    private static final String KEY_PREFIX = "\0held ";

    /** Hears of it. */
    interface Listener {

        /** Instances are held from now on; {@code service} is empty when it is about all services. */
        void onHeld(String cause, String service, int instances);

        /** An instance is not held any more. */
        void onReleased(EndpointId id, String why);
    }

    /** An address that is not registered any more. */
    private record Gone(Instance instance, boolean alive, long nanos) {}

    /** What is known of one service. */
    private static final class Service {
        final Level level = new Level();
        final ArrayDeque<Gone> gone = new ArrayDeque<>();
        int held;
    }

    private final ControlLoop loop;
    private final HoldSettings settings;
    private final RegistrySink sink;
    private final Listener listener;
    private final Map<String, Service> services = new HashMap<>();
    private final Level all = new Level();
    /** How many keys register an address. */
    private final Map<EndpointId, Integer> registered = new HashMap<>();

    private final Map<EndpointId, Instance> held = new LinkedHashMap<>();
    /** The addresses that the changes since the last commit are about: who registered them before, null for nobody. */
    private final Map<EndpointId, @Nullable Instance> touched = new LinkedHashMap<>();

    private @Nullable Scheduled sweep;
    private long revision;

    HeldInstances(ControlLoop loop, HoldSettings settings, RegistrySink sink, Listener listener) {
        this.loop = loop;
        this.settings = settings;
        this.sink = sink;
        this.listener = listener;
        sink.whenUnhealthy(this::onUnhealthy);
    }

    /** The instances that are held by now. */
    List<Instance> held() {
        return List.copyOf(held.values());
    }

    int size() {
        return held.size();
    }

    void change(String key, List<Instance> was, List<Instance> is) {
        sink.change(key, is);
        if (!settings.enabled()) {
            return;
        }
        Map<EndpointId, Instance> before = byAddress(was);
        Map<EndpointId, Instance> after = byAddress(is);
        before.forEach((id, instance) -> {
            if (!after.containsKey(id)) {
                touch(id, instance, -1);
            }
        });
        after.forEach((id, instance) -> {
            if (!before.containsKey(id)) {
                touch(id, instance, 1);
            }
        });
    }

    private static Map<EndpointId, Instance> byAddress(List<Instance> instances) {
        Map<EndpointId, Instance> all = new LinkedHashMap<>();
        instances.forEach(i -> all.put(i.id(), i));
        return all;
    }

    private void touch(EndpointId id, Instance instance, int by) {
        int before = registered.getOrDefault(id, 0);
        if (!touched.containsKey(id)) {
            touched.put(id, before > 0 ? instance : null);
        }
        if (before + by == 0) {
            registered.remove(id);
        } else {
            registered.put(id, before + by);
        }
    }

    void commit(long newRevision, boolean removal, long receivedNanos, RegistryNews news) {
        revision = newRevision;
        long now = loop.nanoTime();
        List<Gone> gone = new ArrayList<>();
        Map<String, Integer> before = new HashMap<>();
        int allBefore = all.now();
        touched.forEach((id, instance) -> {
            boolean is = registered.containsKey(id);
            if (is == (instance != null)) {
                return;
            }
            Service s = services.computeIfAbsent(id.service(), name -> new Service());
            before.putIfAbsent(id.service(), s.level.now());
            s.level.change(is ? 1 : -1, now);
            all.change(is ? 1 : -1, now);
            if (is) {
                release(id, "registered again");
            } else if (instance != null) {
                Gone g = new Gone(instance, mayLive(id), now);
                s.gone.add(g);
                gone.add(g);
            }
        });
        touched.clear();
        if (!gone.isEmpty() && news != RegistryNews.FIRST) {
            judge(gone, before, allBefore, now, news);
        }
        if (!gone.isEmpty()) {
            sweepLater();
        }
        sink.commit(newRevision, removal, receivedNanos);
    }

    private boolean mayLive(EndpointId id) {
        Endpoint e = sink.endpoint(id);
        return e == null || e.state() == EndpointState.HEALTHY || e.state() == EndpointState.UNCHECKED;
    }

    private void judge(List<Gone> gone, Map<String, Integer> before, int allBefore, long now, RegistryNews news) {
        if (news == RegistryNews.OTHER_DATA) {
            hold("wiped", "", "etcd's data were lost or restored", gone);
            return;
        }
        boolean afterError = news == RegistryNews.AFTER_ERROR;
        String when = afterError ? "while etcd could not be followed" : "within " + settings.windowMillis() + " ms";
        long since = now - settings.windowMillis() * 1_000_000;
        int most = afterError ? allBefore : all.mostSince(since);
        if (isSuspicious(most, all.now(), afterError)) {
            List<Gone> everything = new ArrayList<>();
            services.values().forEach(s -> everything.addAll(recent(s, since)));
            hold("all", "", lost(most, all.now()) + " of all services vanished " + when, everything);
            return;
        }
        Set<String> names = new LinkedHashSet<>();
        gone.forEach(g -> names.add(g.instance.id().service()));
        for (String name : names) {
            Service s = services.get(name);
            if (s == null) {
                continue;
            }
            int mostOfService = afterError ? before.getOrDefault(name, 0) : s.level.mostSince(since);
            if (s.held > 0 || isSuspicious(mostOfService, s.level.now(), afterError)) {
                hold(
                        "service",
                        name,
                        lost(mostOfService, s.level.now()) + " of the service vanished " + when,
                        recent(s, since));
            }
        }
    }

    private boolean isSuspicious(int before, int after, boolean afterError) {
        return (afterError ? before > 0 : before >= settings.minInstances())
                && before - after >= settings.share() * before;
    }

    private static String lost(int before, int after) {
        return (before - after) + " of " + before + " instances";
    }

    private static List<Gone> recent(Service s, long since) {
        return s.gone.stream().filter(g -> g.nanos - since >= 0).toList();
    }

    /** Puts those back that may live, also such as were let go before there was a reason to suspect anything. */
    private void hold(String cause, String service, String why, List<Gone> gone) {
        int count = 0;
        for (Gone g : gone) {
            EndpointId id = g.instance.id();
            if (!g.alive || registered.containsKey(id) || held.containsKey(id)) {
                continue;
            }
            Instance i = g.instance.heldBecause("gone from etcd by revision " + revision + ", where " + why);
            held.put(id, i);
            services.computeIfAbsent(id.service(), name -> new Service()).held++;
            sink.change(KEY_PREFIX + id, List.of(i));
            count++;
        }
        if (count > 0) {
            listener.onHeld(cause, service, count);
        }
    }

    private void release(EndpointId id, String why) {
        if (held.remove(id) == null) {
            return;
        }
        Service s = services.get(id.service());
        if (s != null) {
            s.held--;
            s.gone.removeIf(g -> g.instance.id().equals(id));
        }
        sink.change(KEY_PREFIX + id, List.of());
        listener.onReleased(id, why);
    }

    private void onUnhealthy(Endpoint endpoint) {
        if (held.containsKey(endpoint.id())) {
            release(endpoint.id(), endpoint.stateReason());
            sink.commit(revision, true, loop.nanoTime());
        }
    }

    /** Forgets what is older than the window, so that services that come and go leave nothing behind. */
    private void sweepLater() {
        if (sweep != null) {
            return;
        }
        sweep = loop.schedule(
                () -> {
                    sweep = null;
                    long since = loop.nanoTime() - settings.windowMillis() * 1_000_000;
                    boolean more = false;
                    for (Service s : services.values()) {
                        s.gone.removeIf(g -> g.nanos - since < 0);
                        more |= !s.gone.isEmpty();
                    }
                    services.values().removeIf(s -> s.level.now() == 0 && s.held == 0 && s.gone.isEmpty());
                    if (more) {
                        sweepLater();
                    }
                },
                settings.windowMillis());
    }

    void close() {
        if (sweep != null) {
            sweep.cancel();
        }
    }
}
