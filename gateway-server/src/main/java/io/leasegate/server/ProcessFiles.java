package io.leasegate.server;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The files that this process may have open, its sockets among them. Stateless. */
final class ProcessFiles {

    private ProcessFiles() {}

    /** How many, 0 where the system has no such limit or does not tell. */
    static long limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? Math.max(0, unix.getMaxFileDescriptorCount())
                : 0;
    }
}
