package io.leasegate.discovery;

import io.etcd.jetcd.api.KeyValue;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.Instance;
import io.leasegate.registration.ParseResult;
import io.leasegate.registration.Registration;
import io.leasegate.registration.RegistrationFormats;
import io.leasegate.registration.RegistryEntry;
import io.leasegate.routing.Cluster;
import io.leasegate.routing.RouteTable;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A table, and what a table must be by the keys that etcd holds, both as lines that can be compared: an instance with its weight, version, and the key
 * and revision that it is from.
 */
final class TableText {

    private TableText() {}

    /** What the table has, but for instances that are held. */
    static Set<String> registered(RouteTable table) {
        return lines(table, false);
    }

    /** The instances that are held, as they were when they were registered. */
    static Set<String> held(RouteTable table) {
        return lines(table, true);
    }

    private static Set<String> lines(RouteTable table, boolean held) {
        Set<String> lines = new TreeSet<>();
        for (Cluster c : table.clusters()) {
            for (Endpoint e : c.endpoints()) {
                Instance i = e.instance();
                if (i.isHeld() == held) {
                    lines.add(line(
                            e.id().service(), e.id().address(), i.weight(), i.version(), i.key(), i.modRevision()));
                }
            }
        }
        return lines;
    }

    /** What these keys register: of several with one address, the one that changed last has its say. */
    static Set<String> expected(Collection<KeyValue> keys) {
        Map<String, String> byAddress = new HashMap<>();
        keys.stream()
                .sorted(Comparator.comparingLong(KeyValue::getModRevision).thenComparing(kv -> KeyText.of(kv.getKey())))
                .forEach(kv -> {
                    String key = KeyText.of(kv.getKey());
                    RegistryEntry entry = new RegistryEntry(key, kv.getValue().toByteArray());
                    if (RegistrationFormats.auto().interpret(entry).result() instanceof ParseResult.Registered r) {
                        for (Registration x : r.registrations()) {
                            String address = x.host() + ":" + x.port();
                            byAddress.put(
                                    x.service() + "@" + address,
                                    line(
                                            x.service(),
                                            address,
                                            x.traits().weight(),
                                            x.traits().version(),
                                            key,
                                            kv.getModRevision()));
                        }
                    }
                });
        return new TreeSet<>(byAddress.values());
    }

    private static String line(
            String service, String address, long weight, String version, String key, long modRevision) {
        return service + "@" + address + " weight " + weight + " version '" + version + "' by " + key + "@"
                + modRevision;
    }
}
