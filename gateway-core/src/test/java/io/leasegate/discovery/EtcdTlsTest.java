package io.leasegate.discovery;

import static io.leasegate.discovery.DiscoveryFixture.await;
import static io.leasegate.discovery.DiscoveryFixture.seed;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.testkit.EtcdProcess;
import io.leasegate.tls.ClientTls;
import io.leasegate.tls.KeyPairFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS toward etcd with certificates on both sides, ended by a relay in front of a plain etcd. */
class EtcdTlsTest {

    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path directory;

    @Test
    void certificatesOnBothSides() throws Exception {
        KeyStore keys = selfSigned();
        Path ca = pem("cert.pem", "CERTIFICATE", keys.getCertificate("k").getEncoded());
        Path key = pem("key.pem", "PRIVATE KEY", keys.getKey("k", PASSWORD).getEncoded());
        try (EtcdProcess process = EtcdProcess.launch();
                EtcdTestClient etcd = new EtcdTestClient(process);
                TlsRelay relay = new TlsRelay(keys, process.clientPort())) {
            etcd.put("/echo/127.0.0.1:1", seed("echo", 1));
            EtcdSettings settings = EtcdSettings.of(List.of("https://127.0.0.1:" + relay.port()));
            try (DiscoveryFixture f = new DiscoveryFixture(
                            settings.withTls(new ClientTls(ca, new KeyPairFiles(ca, key), "leasegate-test")))
                    .follow()) {
                etcd.put("/echo/127.0.0.1:2", seed("echo", 2));
                f.awaitEqual(etcd, Duration.ofSeconds(2));
            }
            assertThat(error(settings.withTls(new ClientTls(ca, new KeyPairFiles(ca, key), "another-name"))))
                    .contains("do not agree on TLS: check tls.ca");
            assertThat(error(settings)).contains("do not agree on TLS: check tls.ca");
            assertThat(error(settings.withTls(new ClientTls(directory.resolve("missing.pem"), null, null))))
                    .contains(
                            "the TLS files for etcd at " + settings.endpoints().get(0) + " cannot be used")
                    .contains("missing.pem");
        }
    }

    private static String error(EtcdSettings settings) {
        try (DiscoveryFixture f = new DiscoveryFixture(settings)) {
            f.discovery.start();
            await(Duration.ofSeconds(5), () -> f.status().disconnects() > 0);
            return f.status().error();
        }
    }

    private KeyStore selfSigned() throws IOException, GeneralSecurityException, InterruptedException {
        Path store = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "k",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-validity",
                        "2",
                        "-dname",
                        "CN=leasegate-test",
                        "-ext",
                        "SAN=dns:leasegate-test",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    private Path pem(String file, String what, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                directory.resolve(file), "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n");
    }

    private static final class TlsRelay implements AutoCloseable {

        private final SSLServerSocket server;

        TlsRelay(KeyStore keys, int target) throws IOException, GeneralSecurityException {
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, PASSWORD);
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("k", keys.getCertificate("k"));
            TrustManagerFactory others = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            others.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), others.getTrustManagers(), null);
            server = (SSLServerSocket)
                    context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            SSLParameters parameters = server.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            parameters.setNeedClientAuth(true);
            server.setSSLParameters(parameters);
            thread(() -> accept(target));
        }

        int port() {
            return server.getLocalPort();
        }

        private void accept(int target) {
            while (!server.isClosed()) {
                try {
                    SSLSocket near = (SSLSocket) server.accept();
                    Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                    thread(() -> relay(near, far));
                    thread(() -> relay(far, near));
                } catch (IOException e) {
                    // closed
                }
            }
        }

        private static void relay(Socket from, Socket to) {
            byte[] buffer = new byte[16384];
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    out.write(buffer, 0, n);
                    out.flush();
                }
            } catch (IOException e) {
                // one side went, or the handshake failed
            }
        }

        private static void thread(Runnable task) {
            Thread t = new Thread(task, "tls-relay");
            t.setDaemon(true);
            t.start();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
