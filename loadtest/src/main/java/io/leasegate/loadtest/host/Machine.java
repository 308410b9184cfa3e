package io.leasegate.loadtest.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the measurements were made on. Immutable.
 *
 * @param processor its name, as Linux tells it
 * @param cores that this process may use
 * @param memoryGiB of the machine
 * @param system name and version of the kernel
 * @param java that runs the load generator and Leasegate
 * @param loadAverage over the last minute before the run: how busy others keep the machine
 */
public record Machine(String processor, int cores, double memoryGiB, String system, String java, double loadAverage) {

    private static final double KIB_PER_GIB = 1 << 20;

    public static Machine read(int cores) {
        return new Machine(
                field("/proc/cpuinfo", "model name", System.getProperty("os.arch")),
                cores,
                Double.parseDouble(field("/proc/meminfo", "MemTotal", "0").replaceAll("[^0-9]", "")) / KIB_PER_GIB,
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + Runtime.version(),
                Double.parseDouble(text("/proc/loadavg", "0 ").split(" ", 2)[0]));
    }

    private static String field(String file, String label, String otherwise) {
        for (String line : text(file, "").split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).strip().equals(label)) {
                return line.substring(colon + 1).strip();
            }
        }
        return otherwise;
    }

    private static String text(String file, String otherwise) {
        try {
            return new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return otherwise;
        }
    }
}
