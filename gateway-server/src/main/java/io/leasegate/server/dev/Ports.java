package io.leasegate.server.dev;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds free ports of the loopback address, no port twice. Used by one thread. */
final class Ports {

    private static final int ATTEMPTS = 100;

    private final Set<Integer> taken = new HashSet<>();
    private final Consumer<String> notes;

    /** @param notes told in a line of text when a usual port is not free */
    Ports(Consumer<String> notes) {
        this.notes = notes;
    }

    /**
     * The port that was asked for, or else the usual one if it is free, or else any free one.
     *
     * @param asked what the user gave; null for nothing, 0 for any free port
     * @param option how the user gives it
     * @throws StackFailure if the port that was asked for is in use
     */
    int choose(String what, String option, @Nullable Integer asked, int usual) throws StackFailure {
        if (asked != null && asked != 0) {
            if (!take(asked)) {
                throw new StackFailure("Port " + asked + ", asked for with " + option
                        + ", is in use: stop what listens there, or give another one (0 picks a free one)");
            }
            return asked;
        }
        if (asked == null && take(usual)) {
            return usual;
        }
        int port = any();
        if (asked == null) {
            notes.accept("port " + usual + " is in use, so " + what + " gets " + port);
        }
        return port;
    }

    /** A port that was free a moment ago. */
    int any() throws StackFailure {
        for (int i = 0; i < ATTEMPTS; i++) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (taken.add(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            } catch (IOException e) {
                throw new StackFailure("No free port on the loopback address: " + e.getMessage(), e);
            }
        }
        throw new StackFailure("No free port on the loopback address after " + ATTEMPTS + " attempts");
    }

    /** Whether nobody listens there, neither on the loopback address nor on all addresses. */
    private boolean take(int port) {
        return !taken.contains(port)
                && canListen(new InetSocketAddress(port))
                && canListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                && taken.add(port);
    }

    private static boolean canListen(InetSocketAddress address) {
        try (ServerSocket socket = new ServerSocket()) {
            // Connections of a process that ended a moment ago do not make its port taken.
            socket.setReuseAddress(true);
            socket.bind(address);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
