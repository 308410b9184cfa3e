package io.leasegate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A loopback address that answers no connect, as a host behind a firewall does: it listens, its backlog is full, and it never
 * accepts, so that Linux drops further SYNs.
 */
public final class SilentListener implements AutoCloseable {

    private static final int CONNECTS = 8;

    private final ServerSocket server;
    private final List<SocketChannel> queued = new ArrayList<>();

    /** @param host an address of 127.0.0.0/8 */
    public SilentListener(String host, int port) {
        try {
            server = new ServerSocket();
            server.bind(new InetSocketAddress(InetAddress.getByName(host), port), 1);
            for (int i = 0; i < CONNECTS; i++) {
                SocketChannel c = SocketChannel.open();
                c.configureBlocking(false);
                c.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                c.connect(server.getLocalSocketAddress());
                queued.add(c);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Connects to this address that wait for an answer by now, without those that fill the backlog. */
    public int connecting() {
        byte[] ip = server.getInetAddress().getAddress();
        String remote = String.format("%02X%02X%02X%02X:%04X", ip[3], ip[2], ip[1], ip[0], port());
        try {
            // IPv4 connections of IPv6 sockets, which Java's and Netty's are, stand in the second file.
            return synSent("/proc/self/net/tcp", remote) + synSent("/proc/self/net/tcp6", remote) - unanswered();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int synSent(String table, String remote) throws IOException {
        int n = 0;
        for (String line : Files.readAllLines(Path.of(table))) {
            String[] fields = line.strip().split("\\s+", -1);
            n += fields.length > 3 && fields[2].endsWith(remote) && fields[3].equals("02") ? 1 : 0;
        }
        return n;
    }

    private int unanswered() throws IOException {
        int n = 0;
        for (SocketChannel c : queued) {
            n += c.finishConnect() ? 0 : 1;
        }
        return n;
    }

    @Override
    public void close() {
        try {
            for (SocketChannel c : queued) {
                c.close();
            }
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
