package io.leasegate.discovery;

import io.etcd.jetcd.api.KeyValue;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.Instance;
import io.leasegate.registration.Interpretation;
import io.leasegate.registration.ParseResult;
import io.leasegate.registration.Registration;
import io.leasegate.registration.RegistrationFormats;
import io.leasegate.registration.RegistryEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What every followed etcd key stands for by now. A list replaces all of it in one step, events change single keys. Control loop
 * only.
 *
 * <p>A key whose value becomes unusable keeps what it stood for before, and is reported: a registrar's slip must not take its
 * instance out.
 */
final class KeyMap {

    /** How many keys that register nothing are remembered, for reports. */
    static final int MAX_REFUSALS = 10_000;

    /** Hears what changes. */
    interface Listener {

        /** The key stands for these instances from now on; for none when it is gone. */
        void onChange(String key, List<Instance> before, List<Instance> instances, boolean removesAddress);

        /**
         * The key is bound to this lease from now on.
         *
         * @param likelySeconds the TTL of the lease that the key was bound to before, 0 when there was none
         */
        void onLeaseUsed(String key, long leaseId, long likelySeconds);

        void onLeaseUnused(String key, long leaseId);

        /** Why the key registers nothing by its present value; null when there is no such reason any more. */
        void onRefusal(String key, @Nullable Refusal refusal);
    }

    /** Knows the TTL of a lease, or 0. */
    interface Ttls {
        long secondsOf(long leaseId);
    }

    private final RegistrationFormats formats;
    private final Ttls ttls;
    private final Listener listener;
    private Map<String, KeyState> keys = new HashMap<>();
    private Map<String, KeyState> incoming = new HashMap<>();
    private int refused;
    private int incomingRefused;
    private int registered;

    KeyMap(RegistrationFormats formats, Ttls ttls, Listener listener) {
        this.formats = formats;
        this.ttls = ttls;
        this.listener = listener;
    }

    /** How many keys register instances. */
    int registered() {
        return registered;
    }

    /** What the keys stood for in an earlier life, before anything was listed. */
    void restore(List<Instance> instances) {
        Map<String, List<Instance>> byKey = new HashMap<>();
        instances.forEach(
                i -> byKey.computeIfAbsent(i.key(), k -> new ArrayList<>()).add(i));
        byKey.forEach((key, of) -> {
            KeyState state = KeyState.restored(of);
            keys.put(key, state);
            announce(key, null, state);
        });
    }

    /** All that keys register. */
    List<Instance> instances() {
        List<Instance> all = new ArrayList<>(registered);
        keys.values().forEach(s -> all.addAll(s.instances()));
        return all;
    }

    void beginList() {
        incoming = new HashMap<>();
        incomingRefused = 0;
    }

    void list(KeyValue kv) {
        String key = KeyText.of(kv.getKey());
        KeyState known = keys.get(key);
        KeyState state = known != null && known.describes(kv) ? known : read(key, kv, known);
        if (!state.instances().isEmpty() || incomingRefused++ < MAX_REFUSALS) {
            incoming.put(key, state);
        }
    }

    /** Puts what was listed in the place of all that was known. */
    void endList() {
        Map<String, KeyState> before = keys;
        keys = incoming;
        refused = Math.min(incomingRefused, MAX_REFUSALS);
        incoming = new HashMap<>();
        before.forEach((key, state) -> {
            if (!keys.containsKey(key)) {
                announce(key, state, null);
            }
        });
        keys.forEach((key, state) -> announce(key, before.get(key), state));
    }

    void put(KeyValue kv) {
        String key = KeyText.of(kv.getKey());
        KeyState known = keys.get(key);
        if (known != null && kv.getModRevision() <= known.modRevision()) {
            return;
        }
        KeyState state = read(key, kv, known);
        if (known != null && isRefusalOnly(known)) {
            refused--;
        }
        if (isRefusalOnly(state)) {
            if (refused >= MAX_REFUSALS) {
                keys.remove(key);
                announce(key, known, null);
                return;
            }
            refused++;
        }
        keys.put(key, state);
        announce(key, known, state);
    }

    void delete(KeyValue kv) {
        String key = KeyText.of(kv.getKey());
        KeyState known = keys.get(key);
        if (known == null || kv.getModRevision() <= known.modRevision()) {
            return;
        }
        keys.remove(key);
        if (isRefusalOnly(known)) {
            refused--;
        }
        announce(key, known, null);
    }

    /** What the key stands for; nothing when it is not there. */
    List<Instance> instances(String key) {
        KeyState known = keys.get(key);
        return known == null ? List.of() : known.instances();
    }

    /** The TTL of a lease became known: the key's instances say it from now on. */
    void leaseTtl(String key, long leaseId, long seconds) {
        KeyState known = keys.get(key);
        if (known == null) {
            return;
        }
        List<Instance> instances = new ArrayList<>(known.instances().size());
        for (Instance i : known.instances()) {
            instances.add(i.leaseId() != leaseId ? i : i.withLeaseTtl(seconds));
        }
        KeyState state = known.withInstances(instances);
        keys.put(key, state);
        announce(key, known, state);
    }

    private static boolean isRefusalOnly(KeyState state) {
        return state.instances().isEmpty();
    }

    private void announce(String key, @Nullable KeyState before, @Nullable KeyState after) {
        if (Objects.equals(before, after)) {
            return;
        }
        List<Instance> was = before == null ? List.of() : before.instances();
        List<Instance> is = after == null ? List.of() : after.instances();
        if (!was.equals(is)) {
            listener.onChange(key, was, is, removesAddress(was, is));
        }
        registered += (is.isEmpty() ? 0 : 1) - (was.isEmpty() ? 0 : 1);
        Refusal refusal = after == null ? null : after.refusal();
        if (!sameRefusal(before == null ? null : before.refusal(), refusal)) {
            listener.onRefusal(key, refusal);
        }
        long leaseBefore = leaseOf(was);
        long leaseAfter = leaseOf(is);
        if (leaseBefore != leaseAfter) {
            if (leaseAfter != 0) {
                listener.onLeaseUsed(key, leaseAfter, ttlOf(was));
            }
            if (leaseBefore != 0) {
                listener.onLeaseUnused(key, leaseBefore);
            }
        }
    }

    /** Some registrars write their keys every few seconds; only what is said anew is news. */
    private static boolean sameRefusal(@Nullable Refusal a, @Nullable Refusal b) {
        return a == null ? b == null : b != null && a.saysTheSameAs(b);
    }

    private static long ttlOf(List<Instance> instances) {
        return instances.isEmpty() ? 0 : instances.get(0).leaseTtlSeconds();
    }

    private static long leaseOf(List<Instance> instances) {
        return instances.isEmpty() ? 0 : instances.get(0).leaseId();
    }

    /** Whether an address of the one list is not in the other. */
    static boolean removesAddress(List<Instance> was, List<Instance> is) {
        for (Instance i : was) {
            EndpointId id = i.id();
            if (is.stream().noneMatch(other -> other.id().equals(id))) {
                return true;
            }
        }
        return false;
    }

    private KeyState read(String key, KeyValue kv, @Nullable KeyState known) {
        Interpretation i =
                formats.interpret(new RegistryEntry(key, kv.getValue().toByteArray()));
        ParseResult result = i.result();
        if (result instanceof ParseResult.Registered r) {
            return KeyState.of(kv, instances(key, kv, i.format(), r.registrations(), known), null);
        }
        boolean inactive = result instanceof ParseResult.NotARegistration;
        List<Instance> kept = known == null || inactive ? List.of() : known.instances();
        Refusal.Kind kind = inactive
                ? Refusal.Kind.INACTIVE
                : result instanceof ParseResult.Malformed ? Refusal.Kind.MALFORMED : Refusal.Kind.FOREIGN;
        return KeyState.of(
                kv, kept, new Refusal(key, i.format(), kind, result.reason(), kv.getModRevision(), !kept.isEmpty()));
    }

    private List<Instance> instances(
            String key, KeyValue kv, String format, List<Registration> registrations, @Nullable KeyState known) {
        long lease = kv.getLease();
        long ttl = ttls.secondsOf(lease);
        if (ttl == 0 && lease != 0 && known != null) {
            // A registrar that takes a new lease takes one like the last; until it is known, nothing changes.
            ttl = ttlOf(known.instances());
        }
        List<Instance> instances = new ArrayList<>(registrations.size());
        for (Registration r : registrations) {
            instances.add(new Instance(
                    new EndpointId(r.service(), r.host(), r.port()),
                    r.traits(),
                    format,
                    key,
                    lease,
                    ttl,
                    kv.getModRevision()));
        }
        return instances;
    }
}
