package io.leasegate.discovery;

import io.etcd.jetcd.api.KeyValue;
import io.leasegate.routing.RouteTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything that an etcd has held, revision by revision, also across losses of its data, each of which begins a new life at revision 1. Tables that are
 * published must be such states, in their order: nothing that was never true, no way back within a life, and none into an earlier one.
 */
final class TrueStates {

    /** A table as it was when it was published; what it refers to changes later. */
    record Published(long version, long revision, Set<String> registered, Set<String> held) {

        static Published of(RouteTable table) {
            return new Published(table.version(), table.revision(), TableText.registered(table), TableText.held(table));
        }
    }

    /** What was held from one revision on. */
    private static final class State {
        private final List<KeyValue> keys;
        private @Nullable Set<String> lines;

        State(Collection<KeyValue> keys) {
            this.keys = List.copyOf(keys);
        }

        Set<String> lines() {
            Set<String> known = lines;
            if (known == null) {
                known = TableText.expected(keys);
                lines = known;
            }
            return known;
        }
    }

    private static final class Life {
        final NavigableMap<Long, State> states = new TreeMap<>();
        long reached;
    }

    private final List<Life> lives = new ArrayList<>(List.of(new Life()));

    /** Where in all this the published tables are. */
    private int tableLife;

    private long tableRevision;
    private long tableVersion;

    private Life present() {
        return lives.get(lives.size() - 1);
    }

    /** The data are lost: revisions begin again. */
    void newLife() {
        lives.add(new Life());
    }

    /** What is held as of a revision, and of later ones up to the next that is added. */
    void add(long revision, Collection<KeyValue> keys) {
        present().states.put(revision, new State(keys));
        reached(revision);
    }

    /** Up to this revision everything was added. */
    void reached(long revision) {
        present().reached = Math.max(present().reached, revision);
    }

    /** Up to which revision of the present life everything was added. */
    long reached() {
        return present().reached;
    }

    /**
     * Takes the next table that was published.
     *
     * @throws AssertionError when it is none that was to come
     */
    void check(Published table) {
        if (table.version() < tableVersion) {
            throw new AssertionError("version " + table.version() + " was published after " + tableVersion);
        }
        tableVersion = table.version();
        for (String line : table.held()) {
            if (!wasRegistered(line)) {
                throw new AssertionError("held, and never registered: " + line);
            }
        }
        // The earliest that fits: it leaves the most to those that follow.
        for (int life = tableLife; life < lives.size(); life++) {
            if (fits(table, life)) {
                tableLife = life;
                tableRevision = table.revision();
                return;
            }
        }
        throw new AssertionError("a table that says revision " + table.revision() + ", published after revision "
                + tableRevision + " of life " + tableLife
                + ", was never true; beside what it is compared with it has and lacks: "
                + lives.subList(tableLife, lives.size()).stream()
                        .map(l -> difference(l, table))
                        .collect(Collectors.joining("; ")));
    }

    /** Whether a key has ever said this, whether it had its say or another key with the address. */
    private boolean wasRegistered(String line) {
        return lives.stream()
                .flatMap(l -> l.states.values().stream())
                .flatMap(s -> s.keys.stream())
                .anyMatch(kv -> TableText.expected(List.of(kv)).contains(line));
    }

    private boolean fits(Published table, int life) {
        Life of = lives.get(life);
        if (table.revision() > of.reached || (life == tableLife && table.revision() < tableRevision)) {
            return false;
        }
        var state = of.states.floorEntry(table.revision());
        return state != null && state.getValue().lines().equals(table.registered());
    }

    private static String difference(Life life, Published table) {
        var state = life.states.floorEntry(table.revision());
        if (state == null) {
            return "nothing is known of that revision";
        }
        Set<String> more = new TreeSet<>(table.registered());
        more.removeAll(state.getValue().lines());
        Set<String> less = new TreeSet<>(state.getValue().lines());
        less.removeAll(table.registered());
        return "+" + more + " -" + less + " (known up to revision " + life.reached + ")";
    }
}
