package io.leasegate.loadtest.peer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Envoy: one worker thread, the router as its only filter, no request ids, no headers of its own, no timeouts, circuit breakers out of the way. Its
 * statistics stay on, as Leasegate's do.
 */
final class Envoy implements Peer {

    private static final String FILE = "envoy.yaml";

    @Override
    public String name() {
        return "envoy";
    }

    @Override
    public String title() {
        return "Envoy";
    }

    @Override
    public @Nullable Path program() {
        return Programs.find("envoy");
    }

    @Override
    public List<String> versionCommand(Path program) {
        return List.of(program.toString(), "--version");
    }

    @Override
    public Launch launch(Path program, Setup setup) {
        return new Launch(Map.of(FILE, configuration(setup)), command(program, setup, "serve"), Map.of());
    }

    @Override
    public List<String> checkCommand(Path program, Setup setup) {
        return command(program, setup, "validate");
    }

    private static List<String> command(Path program, Setup setup, String mode) {
        return List.of(
                program.toString(),
                "-c",
                setup.file(FILE).toString(),
                "--mode",
                mode,
                "--concurrency",
                "1",
                "--disable-hot-restart",
                "-l",
                "error");
    }

    static String configuration(Setup setup) {
        StringBuilder endpoints = new StringBuilder();
        for (int port : setup.instancePorts()) {
            endpoints.append(
                    "        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }\n"
                            .formatted(port));
        }
        String tls = setup.tls() == null
                ? ""
                : """
                      transport_socket:
                        name: tls
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                          common_tls_context:
                            alpn_protocols: [ h2 ]
                            tls_certificates:
                            - certificate_chain: { filename: "%s" }
                              private_key: { filename: "%s" }
                """.formatted(setup.tls().chain(), setup.tls().key());
        return """
                node: { id: bench, cluster: bench }
                static_resources:
                  listeners:
                  - name: clients
                    address: { socket_address: { address: 127.0.0.1, port_value: %d } }
                    filter_chains:
                    - filters:
                      - name: http
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: clients
                          codec_type: HTTP2
                          generate_request_id: false
                          stream_idle_timeout: 0s
                          http2_protocol_options:
                            max_concurrent_streams: 1000
                            initial_stream_window_size: 1048576
                            initial_connection_window_size: 16777216
                          route_config:
                            virtual_hosts:
                            - name: all
                              domains: [ "*" ]
                              routes:
                              - match: { prefix: "/" }
                                route: { cluster: instances, timeout: 0s }
                          http_filters:
                          - name: router
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                              suppress_envoy_headers: true
                %s  clusters:
                  - name: instances
                    type: STATIC
                    connect_timeout: 5s
                    lb_policy: LEAST_REQUEST
                    circuit_breakers:
                      thresholds:
                      - { max_connections: 100000, max_requests: 100000, max_pending_requests: 100000 }
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                        explicit_http_config:
                          http2_protocol_options:
                            initial_stream_window_size: 1048576
                            initial_connection_window_size: 16777216
                    load_assignment:
                      cluster_name: instances
                      endpoints:
                      - lb_endpoints:
                %s""".formatted(setup.port(), tls, endpoints);
    }
}
