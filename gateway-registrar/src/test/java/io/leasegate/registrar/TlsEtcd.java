package io.leasegate.registrar;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A real etcd that serves TLS only and asks for a client certificate. */
final class TlsEtcd implements AutoCloseable {

    private final Process process;
    private final String endpoint;

    private TlsEtcd(Process process, String endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /** Starts it and returns at once; it serves a little later. */
    static TlsEtcd launch(Path directory, KeyPairFiles server, Path trustedClients) throws IOException {
        String endpoint = "https://127.0.0.1:" + freePort();
        String peer = "http://127.0.0.1:" + freePort();
        Process process = new ProcessBuilder(
                        System.getenv().getOrDefault("LEASEGATE_ETCD", "etcd"),
                        "--name=m0",
                        "--data-dir=" + directory.resolve("tls-data"),
                        "--listen-client-urls=" + endpoint,
                        "--advertise-client-urls=" + endpoint,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=m0=" + peer,
                        "--cert-file=" + server.certificate(),
                        "--key-file=" + server.key(),
                        "--client-cert-auth",
                        "--trusted-ca-file=" + trustedClients,
                        "--logger=zap",
                        "--log-level=error")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("tls-etcd.log").toFile())
                .start();
        return new TlsEtcd(process, endpoint);
    }

    String endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("etcd does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
