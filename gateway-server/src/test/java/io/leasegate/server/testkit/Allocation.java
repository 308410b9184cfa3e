package io.leasegate.server.testkit;

import java.lang.management.ManagementFactory;

/** Measures what a piece of code allocates on the calling thread. */
public final class Allocation {

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /** Bytes per run, the least of several rounds: what the code itself does, without a compiler's or a class loader's doing. */
    public static double bytesPerRun(int runs, Runnable code) {
        double least = Double.MAX_VALUE;
        for (int round = 0; round < 8; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < runs; i++) {
                code.run();
            }
            long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
            least = Math.min(least, (double) bytes / runs);
        }
        return least;
    }
}
