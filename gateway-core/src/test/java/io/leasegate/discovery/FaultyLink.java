package io.leasegate.discovery;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A relay in front of a loopback port that can hold back, swallow or cut what goes through it. */
final class FaultyLink implements AutoCloseable {

    private final ServerSocket server;
    private final int target;
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile boolean stalled;

    private static final class Link {
        final Socket near;
        final Socket far;
        volatile boolean swallow;

        Link(Socket near, Socket far) {
            this.near = near;
            this.far = far;
        }
    }

    FaultyLink(int target) throws IOException {
        this.target = target;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread(this::accept);
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** How many connections were made. */
    int accepted() {
        return accepted.get();
    }

    /** How many connections are there by now. */
    int open() {
        return links.size();
    }

    /** Holds back all bytes until it is called with false, as a network that drops packets does. */
    void stall(boolean on) {
        stalled = on;
    }

    /** From now on the present connections lose every byte for ever, while new ones work: a router that forgot them. */
    void forgetConnections() {
        links.forEach(l -> l.swallow = true);
    }

    /** Ends the present connections. */
    void cut() {
        links.forEach(FaultyLink::end);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                accepted.incrementAndGet();
                Socket far;
                try {
                    far = new Socket(InetAddress.getLoopbackAddress(), target);
                } catch (IOException e) {
                    near.close();
                    continue;
                }
                Link link = new Link(near, far);
                links.add(link);
                thread(() -> relay(link, near, far));
                thread(() -> relay(link, far, near));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void relay(Link link, Socket from, Socket to) {
        byte[] buffer = new byte[65536];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                while (stalled && !server.isClosed()) {
                    DiscoveryFixture.pause(5);
                }
                if (!link.swallow) {
                    out.write(buffer, 0, n);
                }
            }
        } catch (IOException e) {
            // the other side went
        } finally {
            links.remove(link);
            end(link);
        }
    }

    private static void end(Link link) {
        try {
            link.near.close();
            link.far.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void thread(Runnable task) {
        Thread t = new Thread(task, "faulty-link");
        t.setDaemon(true);
        t.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }
}
