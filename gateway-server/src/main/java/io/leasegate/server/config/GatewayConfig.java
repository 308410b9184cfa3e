package io.leasegate.server.config;

import java.nio.file.Path;
import java.util.List;

/**
 * A whole configuration, valid and with all defaults filled in. Immutable. The manual of every key is {@code docs/configuration.md}.
 *
 * @param file the file it was read from
 * @param zone where this gateway runs, empty when it is not told
 * @param listeners at least one
 * @param admin the HTTP/1.1 listener for operators
 * @param io threads
 * @param discovery where instances are found
 * @param dns how host names are looked up
 * @param routes in the order in which they are tried
 * @param services settings per service
 * @param upstream connections to instances, whatever the service
 * @param tls TLS of the whole process
 * @param revisionTrailer whether callers are told by which revision of the registry their call was routed
 * @param drain how the process ends
 * @param accessLog the line per call
 * @param log the application's log
 * @param warnings what is worth telling the operator although it is no error
 */
public record GatewayConfig(
        Path file,
        String zone,
        List<ListenerConfig> listeners,
        AdminConfig admin,
        IoConfig io,
        DiscoveryConfig discovery,
        DnsConfig dns,
        List<RouteConfig> routes,
        ServicesConfig services,
        UpstreamConfig upstream,
        TlsConfig tls,
        boolean revisionTrailer,
        DrainConfig drain,
        AccessLogConfig accessLog,
        LogConfig log,
        List<Problem> warnings) {

    public GatewayConfig {
        listeners = List.copyOf(listeners);
        routes = List.copyOf(routes);
        warnings = List.copyOf(warnings);
    }
}
