package io.leasegate.loadtest.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A process and its descendants, as /proc shows them.
 *
 * @param root the id of the first
 */
public record ProcessTree(long root) {

    private static final Path PROC = Path.of("/proc");
    private static final double TICKS_PER_SECOND = 100; // USER_HZ, which is 100 on every architecture that Java runs on
    private static final int PARENT = 1;
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;

    /**
     * What the tree's processes have in memory.
     *
     * @param residentBytes the sum of VmRSS; pages that several have in common count for each
     * @param proportionalBytes the sum of PSS, in which such pages are divided among those who have them
     */
    public record Memory(long residentBytes, long proportionalBytes) {}

    /** CPU time in user and kernel mode of all of them since each began, in seconds. */
    public double cpuSeconds() {
        double ticks = 0;
        for (String[] stat : stats().values()) {
            ticks += Long.parseLong(stat[USER_TICKS]) + Long.parseLong(stat[SYSTEM_TICKS]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    public Memory memory() {
        long resident = 0;
        long proportional = 0;
        for (long pid : stats().keySet()) {
            resident += kibibytes(PROC.resolve(pid + "/status"), "VmRSS:");
            proportional += kibibytes(PROC.resolve(pid + "/smaps_rollup"), "Pss:");
        }
        return new Memory(resident << 10, proportional << 10);
    }

    public List<Long> pids() {
        return List.copyOf(stats().keySet());
    }

    /** The fields of /proc/PID/stat from the state on, for each process of the tree. */
    private Map<Long, String[]> stats() {
        Map<Long, String[]> all = new HashMap<>();
        Map<Long, List<Long>> children = new HashMap<>();
        try (Stream<Path> entries = Files.list(PROC)) {
            entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> Character.isDigit(name.charAt(0)))
                    .map(Long::parseLong)
                    .forEach(pid -> {
                        String[] stat = stat(pid);
                        if (stat.length > SYSTEM_TICKS) {
                            all.put(pid, stat);
                            children.computeIfAbsent(Long.parseLong(stat[PARENT]), p -> new ArrayList<>())
                                    .add(pid);
                        }
                    });
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Map<Long, String[]> tree = new HashMap<>();
        List<Long> next = new ArrayList<>(List.of(root));
        while (!next.isEmpty()) {
            long pid = next.remove(next.size() - 1);
            String[] stat = all.get(pid);
            if (stat != null) {
                tree.put(pid, stat);
                next.addAll(children.getOrDefault(pid, List.of()));
            }
        }
        return tree;
    }

    private static String[] stat(long pid) {
        String line = read(PROC.resolve(pid + "/stat"));
        // The name, in brackets, may hold anything, brackets too.
        return line.substring(line.lastIndexOf(')') + 1).strip().split(" ", -1);
    }

    private static long kibibytes(Path file, String label) {
        for (String line : read(file).split("\n", -1)) {
            if (line.startsWith(label)) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return 0;
    }

    /** Empty for a process that has ended. */
    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            return ""; // it ended while it was read ("no such process"), or belongs to somebody else
        }
    }
}
