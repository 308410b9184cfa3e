package io.leasegate.loadtest.bench;

import io.leasegate.loadtest.host.BenchFailure;
import io.leasegate.loadtest.host.Certificate;
import io.leasegate.loadtest.host.Cores;
import io.leasegate.loadtest.host.EtcdServer;
import io.leasegate.loadtest.host.Workspace;
import io.leasegate.loadtest.load.Instance;
import io.leasegate.loadtest.load.Load;
import io.leasegate.loadtest.load.LoadLoops;
import io.leasegate.loadtest.peer.Launch;
import io.leasegate.loadtest.peer.Peer;
import io.leasegate.loadtest.peer.Setup;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * All that measurements need and that lives as long as a run: cores, loops, instances, etcd, certificate. Used by the thread that measures;
 * {@link #close()} may be called by any.
 */
public final class Lab implements AutoCloseable {

    /** The service that calls are made to where a scenario says nothing else. */
    static final String ALONE = "bench";

    private static final String AMONG_THREE = "bench-three";
    private static final String PREFIX = "/bench/";
    private static final int SPREAD = 3;
    private static final ApplicationProtocolConfig ALPN = new ApplicationProtocolConfig(
            Protocol.ALPN, SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT, "h2");

    private final Settings settings;
    private final Workspace workspace;
    private final Cores cores;
    private final LoadLoops loops;
    private final List<Instance> instances = new ArrayList<>();
    private final Certificate certificate;
    private final SslContext clientTls;
    private final Instance directTls;
    private final @Nullable EtcdServer etcd;
    private int started;

    public Lab(Settings settings, Workspace workspace, Cores cores)
            throws IOException, BenchFailure, InterruptedException {
        this.settings = settings;
        this.workspace = workspace;
        this.cores = cores;
        loops = new LoadLoops(cores.load().size());
        certificate = Certificate.create(workspace.folder());
        clientTls = clientTls(certificate);
        for (int i = 0; i < SPREAD; i++) {
            instances.add(Instance.on(loops, null));
        }
        directTls = Instance.on(loops, serverTls(certificate));
        etcd = settings.etcd() ? EtcdServer.start(workspace, cores.pinLoad()) : null;
        if (etcd != null) {
            etcd.register(PREFIX, ALONE, "127.0.0.1:" + instances.get(0).port());
            for (Instance instance : instances) {
                etcd.register(PREFIX, AMONG_THREE, "127.0.0.1:" + instance.port());
            }
        }
    }

    private static SslProvider provider() {
        return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    }

    private static SslContext clientTls(Certificate certificate) throws BenchFailure {
        try {
            return SslContextBuilder.forClient()
                    .sslProvider(provider())
                    .trustManager(certificate.chain().toFile())
                    .endpointIdentificationAlgorithm(null) // the name in the certificate is not what is measured
                    .applicationProtocolConfig(ALPN)
                    .build();
        } catch (SSLException e) {
            throw new BenchFailure("cannot set up TLS: " + e.getMessage(), e);
        }
    }

    private static SslContext serverTls(Certificate certificate) throws BenchFailure {
        try {
            return SslContextBuilder.forServer(
                            certificate.chain().toFile(), certificate.key().toFile())
                    .sslProvider(provider())
                    .applicationProtocolConfig(ALPN)
                    .build();
        } catch (SSLException e) {
            throw new BenchFailure("cannot set up TLS: " + e.getMessage(), e);
        }
    }

    public Settings settings() {
        return settings;
    }

    LoadLoops loops() {
        return loops;
    }

    @Nullable
    EtcdServer etcd() {
        return etcd;
    }

    /**
     * Starts a peer and waits until a call through it is answered.
     *
     * @param spread over three instances in place of one
     */
    RunningPeer start(Peer peer, boolean spread, boolean tls) throws BenchFailure, InterruptedException {
        List<Instance> behind = spread ? instances : instances.subList(0, 1);
        return start(peer, spread ? AMONG_THREE : ALONE, behind, tls);
    }

    private RunningPeer start(Peer peer, String service, List<Instance> behind, boolean tls)
            throws BenchFailure, InterruptedException {
        Path program = peer.program();
        if (program == null) {
            throw new BenchFailure(peer.name() + " is not installed (./leasegate bench --install-peers)");
        }
        try {
            Path folder = Files.createDirectory(workspace.folder().resolve(peer.name() + "-" + ++started));
            Setup setup = new Setup(
                    folder,
                    workspace.freePort(),
                    workspace.freePort(),
                    service,
                    behind.stream().map(Instance::port).toList(),
                    tls ? certificate : null,
                    etcd == null ? null : etcd.url());
            SslContext callTls = tls ? clientTls : null;
            Launch launch = peer.launch(program, setup);
            if (launch == null) {
                int port = tls ? directTls.port() : behind.get(0).port();
                return RunningPeer.direct(new Load.Target(port, callTls, service));
            }
            for (Map.Entry<String, String> file : launch.files().entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), file.getValue());
            }
            List<String> command = new ArrayList<>(cores.pinProxy());
            command.addAll(launch.command());
            long beganNanos = System.nanoTime();
            Workspace.Started process = workspace.start(peer.name(), command, launch.environment());
            Load.Target target = new Load.Target(setup.port(), callTls, service);
            return RunningPeer.await(loops, process, target, setup.adminPort(), beganNanos);
        } catch (IOException e) {
            throw new BenchFailure(peer.name() + " cannot be started: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        workspace.close();
        instances.forEach(Instance::close);
        directTls.close();
        loops.close();
    }
}
