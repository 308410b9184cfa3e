package io.leasegate.server;

import io.leasegate.server.config.EtcdConfig;
import io.leasegate.server.config.GatewayConfig;
import io.leasegate.server.config.ListenerConfig;
import io.leasegate.server.config.ServiceConfig;
import io.leasegate.server.config.TlsConfig;
import io.leasegate.server.metrics.TlsFigures;
import io.leasegate.tls.CertificateFile;
import io.leasegate.tls.CertificateWatch;
import io.leasegate.tls.ListenerTls;
import io.leasegate.tls.TlsListener;
import io.leasegate.tls.TlsProvider;
import io.leasegate.tls.UpstreamTls;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All TLS of one process: that of the listeners, that toward each service, and the watch over the files of both and of etcd's. Opened
 * and closed by one thread; what it hands out is for the event loops.
 */
final class ProcessTls implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessTls.class);

    private final TlsProvider provider;
    private final CertificateWatch watch;
    private final Map<String, ListenerTls> listeners = new HashMap<>();
    private final Map<String, UpstreamTls> services = new HashMap<>();
    /** Services with the same settings share what is made of them. */
    private final Map<ServiceConfig.Tls, UpstreamTls> upstreams = new HashMap<>();

    private ProcessTls(TlsProvider provider, CertificateWatch watch) {
        this.provider = provider;
        this.watch = watch;
    }

    /**
     * Reads all files.
     *
     * @param listener is told what becomes of them
     * @throws IOException when one cannot be used, or the provider that is asked for does not work here
     */
    static ProcessTls open(GatewayConfig config, TlsListener listener) throws IOException {
        ProcessTls tls = new ProcessTls(
                provider(config.tls().provider()),
                new CertificateWatch(config.tls().reloadInterval(), listener));
        try {
            tls.openListeners(config.listeners());
            tls.openServices(config);
            EtcdConfig etcd = config.discovery().etcd();
            if (etcd != null && etcd.tls() != null) {
                tls.watch.watch("discovery.etcd.tls", etcd.tls());
            }
        } catch (IOException e) {
            tls.close();
            throw e;
        }
        return tls;
    }

    private static TlsProvider provider(TlsConfig.Provider wanted) throws IOException {
        return switch (wanted) {
            case AUTO -> TlsProvider.AUTO;
            case JDK -> TlsProvider.JDK;
            case OPENSSL -> {
                if (!TlsProvider.OPENSSL.isAvailable()) {
                    throw new IOException("leasegate.tls.provider: openssl does not work here: "
                            + TlsProvider.OPENSSL.obstacle() + " (write auto to fall back to the JDK)");
                }
                yield TlsProvider.OPENSSL;
            }
        };
    }

    private void openListeners(List<ListenerConfig> configs) throws IOException {
        for (int i = 0; i < configs.size(); i++) {
            ListenerConfig l = configs.get(i);
            if (l.tls() != null) {
                try {
                    listeners.put(l.name(), ListenerTls.open(l.name(), l.tls(), provider, watch));
                } catch (IOException e) {
                    throw new IOException("leasegate.listeners[" + i + "].tls: " + e.getMessage(), e);
                }
            }
        }
    }

    private void openServices(GatewayConfig config) throws IOException {
        services.put("", upstream("default", config.services().defaults().tls()));
        for (Map.Entry<String, ServiceConfig> s : config.services().byName().entrySet()) {
            services.put(s.getKey(), upstream(s.getKey(), s.getValue().tls()));
        }
    }

    private UpstreamTls upstream(String service, ServiceConfig.Tls settings) throws IOException {
        UpstreamTls known = upstreams.get(settings);
        if (known != null) {
            return known;
        }
        String path = "services." + service + ".tls";
        try {
            UpstreamTls made = UpstreamTls.open(path, settings.enabled(), settings.settings(), provider, watch);
            upstreams.put(settings, made);
            return made;
        } catch (IOException e) {
            throw new IOException("leasegate." + path + ": " + e.getMessage(), e);
        }
    }

    /** Begins to look for changed files, and says who does the cryptography where there is some from the start. */
    void start() {
        watch.start();
        if (!listeners.isEmpty() || upstreams.keySet().stream().anyMatch(ServiceConfig.Tls::enabled)) {
            String obstacle = provider.obstacle();
            LOG.info(
                    "TLS by {}{}",
                    provider.description(),
                    obstacle.isEmpty() ? "" : ", since OpenSSL does not work here: " + obstacle);
        }
    }

    /** TLS of a listener, null for clear text. */
    @Nullable
    ListenerTls listener(String name) {
        return listeners.get(name);
    }

    /** TLS toward the instances of a service. */
    @Nullable
    UpstreamTls service(String name) {
        UpstreamTls own = services.get(name);
        return own != null ? own : services.get("");
    }

    TlsFigures figures() {
        return new TlsFigures() {
            @Override
            public List<CertificateFile> certificates() {
                return watch.certificates();
            }

            @Override
            public Map<String, Integer> rejected() {
                return watch.rejected();
            }
        };
    }

    @Override
    public void close() {
        watch.close();
        listeners.values().forEach(ListenerTls::close);
        upstreams.values().forEach(UpstreamTls::close);
    }
}
