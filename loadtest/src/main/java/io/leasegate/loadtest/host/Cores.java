package io.leasegate.loadtest.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Which core the proxies get, one and the same for all, and which are left for the load generator, the instances and etcd.
 *
 * @param proxy the core of the proxies
 * @param load the others; the same one where there is no other
 */
public record Cores(int proxy, List<Integer> load) {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";

    public Cores {
        load = List.copyOf(load);
    }

    /** The last core that this process may use for the proxies, and all others but those that share its execution units. */
    public static Cores choose() throws BenchFailure {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(ALLOWED)) {
                    return choose(parse(line.substring(ALLOWED.length()).strip()));
                }
            }
        } catch (IOException e) {
            throw new BenchFailure("bench reads /proc and pins processes with taskset, so it runs on Linux alone", e);
        }
        throw new BenchFailure(STATUS + " has no line " + ALLOWED);
    }

    private static Cores choose(List<Integer> allowed) throws IOException {
        int proxy = allowed.get(allowed.size() - 1);
        Path siblings = Path.of("/sys/devices/system/cpu/cpu" + proxy + "/topology/thread_siblings_list");
        TreeSet<Integer> load = new TreeSet<>(allowed);
        load.remove(proxy);
        if (Files.isReadable(siblings)) {
            TreeSet<Integer> others = new TreeSet<>(load);
            parse(Files.readString(siblings).strip()).forEach(others::remove);
            if (!others.isEmpty()) {
                load = others;
            }
        }
        return new Cores(proxy, load.isEmpty() ? List.of(proxy) : List.copyOf(load));
    }

    /** Reads a list as Linux writes it: {@code 0,2-3}. */
    public static List<Integer> parse(String list) {
        List<Integer> cores = new ArrayList<>();
        for (String range : list.split(",", -1)) {
            int dash = range.indexOf('-');
            int from = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            int to = dash < 0 ? from : Integer.parseInt(range.substring(dash + 1));
            for (int core = from; core <= to; core++) {
                cores.add(core);
            }
        }
        return cores;
    }

    /** Whether proxies and load generator have to share a core. */
    public boolean areShared() {
        return load.contains(proxy);
    }

    /** What to put before the command of a proxy. */
    public List<String> pinProxy() {
        return List.of("taskset", "-c", Integer.toString(proxy));
    }

    /** What to put before the command of anything else. */
    public List<String> pinLoad() {
        return List.of("taskset", "-c", loadList());
    }

    private String loadList() {
        return load.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** Moves all threads of this process to the load's cores. */
    public void pinSelf() throws BenchFailure, InterruptedException {
        String pid = Long.toString(ProcessHandle.current().pid());
        try {
            Process taskset = new ProcessBuilder("taskset", "-a", "-c", "-p", loadList(), pid)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(taskset.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!taskset.waitFor(10, TimeUnit.SECONDS) || taskset.exitValue() != 0) {
                throw new BenchFailure("taskset cannot pin this process to the cores " + loadList() + ": " + said);
            }
        } catch (IOException e) {
            throw new BenchFailure("taskset cannot be run (package util-linux): " + e.getMessage(), e);
        }
    }
}
