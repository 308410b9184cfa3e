package io.leasegate.routing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.balance.LoadBalancer;
import io.leasegate.balance.PickRequest;
import io.leasegate.balance.Picker;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories of registrations and states: what is built step by step equals a model that begins from nothing each time. */
class RouteTableBuilderHistoryTest {

    private static final EndpointState[] STATES = {
        EndpointState.HEALTHY, EndpointState.UNCHECKED, EndpointState.UNHEALTHY, EndpointState.EJECTED
    };

    private final Map<String, List<Instance>> keys = new TreeMap<>();
    private final Map<EndpointId, Endpoint> live = new HashMap<>();
    private final Set<String> everBuilt = new HashSet<>();

    /** Writes the eligible endpoints into the picker's name, so that a table can be compared as text. */
    private static final class NamingBalancer implements LoadBalancer {

        static final Map<Object, List<Endpoint>> ELIGIBLE = new HashMap<>();

        @Override
        public Picker picker(List<Endpoint> endpoints) {
            Picker p = new Picker() {
                @Override
                public @Nullable Endpoint pick(PickRequest request) {
                    return endpoints.isEmpty() ? null : endpoints.get(0);
                }
            };
            List<Endpoint> healthy = inState(endpoints, EndpointState.HEALTHY);
            ELIGIBLE.put(p, healthy.isEmpty() ? inState(endpoints, EndpointState.UNCHECKED) : healthy);
            return p;
        }

        private static List<Endpoint> inState(List<Endpoint> endpoints, EndpointState state) {
            return endpoints.stream().filter(e -> e.state() == state).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void stepByStepEqualsFromScratch(long seed) {
        NamingBalancer.ELIGIBLE.clear();
        Random random = new Random(seed);
        RouteTableBuilder builder = new RouteTableBuilder(
                name -> new NamingBalancer(), List.of(new Route(RouteMatch.grpc("routed", null), "s1", "v1")), "etcd");
        long revision = 0;
        String before = render(builder.table());
        for (int step = 0; step < 600; step++) {
            for (int i = random.nextInt(4); i >= 0; i--) {
                change(random, builder, ++revision);
            }
            RouteTable previous = builder.table();
            TableUpdate update = builder.build(revision);
            follow(update);
            String after = render(update.table());
            assertThat(after).isEqualTo(renderModel());
            // what is only shown to people does not count as a change of routing
            if (!routed(after).equals(routed(before))) {
                assertThat(update.table().version()).isEqualTo(previous.version() + 1);
            }
            assertThat(update.table().revision()).isEqualTo(revision);
            assertThat(builder.build(revision).table()).isSameAs(update.table());
            before = after;
        }
        assertThat(everBuilt).hasSize(6);
    }

    private void change(Random random, RouteTableBuilder builder, long revision) {
        int kind = random.nextInt(10);
        if (kind < 5) {
            String key = "k" + random.nextInt(25);
            List<Instance> instances = new ArrayList<>();
            for (int i = random.nextInt(8) == 0 ? 2 : 1; i > 0; i--) {
                instances.add(randomInstance(random, key, revision));
            }
            keys.put(key, instances);
            builder.set(key, instances);
        } else if (kind < 8) {
            String key = "k" + random.nextInt(25);
            keys.remove(key);
            builder.set(key, List.of());
        } else if (kind == 8 && random.nextInt(10) == 0) {
            keys.values().removeIf(k -> random.nextInt(3) == 0);
            builder.setAll(keys.values().stream().flatMap(List::stream).toList());
        } else if (!live.isEmpty()) {
            List<Endpoint> all = new ArrayList<>(live.values());
            all.sort(Comparator.comparing(e -> e.id().toString()));
            Endpoint e = all.get(random.nextInt(all.size()));
            e.state(STATES[random.nextInt(STATES.length)], "");
            builder.healthChanged(e);
        }
    }

    private static Instance randomInstance(Random random, String key, long revision) {
        return new Instance(
                new EndpointId("s" + random.nextInt(6), "127.0.0.1", 1 + random.nextInt(4)),
                random.nextInt(3),
                "v" + random.nextInt(2),
                Map.of(),
                false,
                "seed",
                key,
                0,
                0,
                revision);
    }

    /** Endpoints are born and die exactly as the updates say. */
    private void follow(TableUpdate update) {
        for (Endpoint e : update.removed()) {
            assertThat(live.remove(e.id())).isSameAs(e);
            assertThat(e.state()).isEqualTo(EndpointState.DRAINING);
        }
        for (Endpoint e : update.added()) {
            assertThat(live.put(e.id(), e)).isNull();
        }
        Set<Endpoint> inTable = new HashSet<>();
        update.table().clusters().forEach(c -> inTable.addAll(c.endpoints()));
        assertThat(inTable).isEqualTo(new HashSet<>(live.values()));
    }

    private static String render(RouteTable table) {
        StringBuilder s = new StringBuilder();
        for (Cluster c : table.clusters()) {
            s.append(c.name()).append(':');
            for (Endpoint e : c.endpoints()) {
                s.append(' ').append(describe(e.instance()));
            }
            Destination d = requireNonNull(table.match(TestRequest.of(c.name(), "/x/y")));
            assertThat(d.cluster()).isSameAs(c);
            s.append(" eligible ").append(eligible(d)).append('\n');
        }
        for (int i = 0; i < 6; i++) {
            Destination d = table.match(TestRequest.of("s" + i, "/x/y"));
            s.append(d == null ? '-' : d.cluster().endpoints().isEmpty() ? 'e' : 'f');
        }
        Destination routed = requireNonNull(table.match(TestRequest.of("", "/routed/y")));
        return s.append("\nrouted ").append(eligible(routed)).toString();
    }

    private static Set<String> eligible(Destination d) {
        Set<String> names = new TreeSet<>();
        NamingBalancer.ELIGIBLE.getOrDefault(d.picker(), List.of()).forEach(e -> names.add(e.id().toString()));
        return names;
    }

    /** The same text from the registrations and states alone, in the plainest way. */
    private String renderModel() {
        TreeMap<String, TreeMap<Integer, Instance>> services = new TreeMap<>();
        for (List<Instance> instances : keys.values()) {
            for (Instance i : instances) {
                services.computeIfAbsent(i.id().service(), n -> new TreeMap<>())
                        .merge(i.id().port(), i, (a, b) -> newer(a, b));
            }
        }
        everBuilt.addAll(services.keySet());
        everBuilt.add("s1");
        StringBuilder s = new StringBuilder();
        services.forEach((name, members) -> {
            s.append(name).append(':');
            members.values().forEach(i -> s.append(' ').append(describe(i)));
            s.append(" eligible ").append(eligibleModel(members, "")).append('\n');
        });
        for (int i = 0; i < 6; i++) {
            s.append(services.containsKey("s" + i) ? 'f' : everBuilt.contains("s" + i) ? 'e' : '-');
        }
        return s.append("\nrouted ")
                .append(eligibleModel(services.getOrDefault("s1", new TreeMap<>()), "v1"))
                .toString();
    }

    private static Instance newer(Instance a, Instance b) {
        if (a.modRevision() != b.modRevision()) {
            return a.modRevision() > b.modRevision() ? a : b;
        }
        return a.key().compareTo(b.key()) > 0 ? a : b;
    }

    private Set<String> eligibleModel(Map<Integer, Instance> members, String version) {
        Set<String> healthy = new TreeSet<>();
        Set<String> unchecked = new TreeSet<>();
        for (Instance i : members.values()) {
            if (version.isEmpty() || version.equals(i.version())) {
                EndpointState state = requireNonNull(live.get(i.id())).state();
                if (state == EndpointState.HEALTHY) {
                    healthy.add(i.id().toString());
                } else if (state == EndpointState.UNCHECKED) {
                    unchecked.add(i.id().toString());
                }
            }
        }
        return healthy.isEmpty() ? unchecked : healthy;
    }

    private static String routed(String rendered) {
        return rendered.replaceAll(" by \\S+", "");
    }

    private static String describe(Instance i) {
        return i.id() + "/" + i.weight() + "/" + i.version() + " by " + i.key() + "@" + i.modRevision();
    }
}
