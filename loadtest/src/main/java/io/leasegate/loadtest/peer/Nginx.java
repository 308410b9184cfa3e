package io.leasegate.loadtest.peer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * nginx: one worker, no access log. It opens a connection to an instance for every call in flight, so what helps it most is that these are kept
 * and never closed for their age.
 */
final class Nginx implements Peer {

    private static final String FILE = "nginx.conf";

    @Override
    public String name() {
        return "nginx";
    }

    @Override
    public String title() {
        return "nginx";
    }

    @Override
    public @Nullable Path program() {
        return Programs.find("nginx");
    }

    @Override
    public List<String> versionCommand(Path program) {
        return List.of(program.toString(), "-v");
    }

    @Override
    public Launch launch(Path program, Setup setup) {
        return new Launch(Map.of(FILE, configuration(setup)), command(program, setup), Map.of());
    }

    @Override
    public List<String> checkCommand(Path program, Setup setup) {
        List<String> command = new java.util.ArrayList<>(command(program, setup));
        command.add("-t");
        return command;
    }

    private static List<String> command(Path program, Setup setup) {
        return List.of(
                program.toString(),
                "-p",
                setup.folder() + "/",
                "-e",
                "stderr",
                "-c",
                setup.file(FILE).toString());
    }

    static String configuration(Setup setup) {
        StringBuilder servers = new StringBuilder();
        for (int port : setup.instancePorts()) {
            servers.append("    server 127.0.0.1:%d max_fails=0;\n".formatted(port));
        }
        String balance = setup.instancePorts().size() > 1 ? "    least_conn;\n" : "";
        String tls = setup.tls() == null
                ? ""
                : "    ssl_certificate %s;\n    ssl_certificate_key %s;\n"
                        .formatted(setup.tls().chain(), setup.tls().key());
        return """
                daemon off;
                worker_processes 1;
                worker_rlimit_nofile 20000;
                pid nginx.pid;
                error_log stderr error;
                events {
                  worker_connections 19000;
                  multi_accept on;
                }
                http {
                  access_log off;
                  client_max_body_size 0;
                  client_body_temp_path body;
                  proxy_temp_path proxy;
                  fastcgi_temp_path fastcgi;
                  uwsgi_temp_path uwsgi;
                  scgi_temp_path scgi;
                  keepalive_requests 2000000000;
                  keepalive_timeout 1h;
                  http2_max_concurrent_streams 1000;
                  http2_body_preread_size 256k;
                  http2_chunk_size 16k;
                  grpc_buffer_size 64k;
                  grpc_read_timeout 1h;
                  grpc_send_timeout 1h;
                  upstream instances {
                %s%s    keepalive 1024;
                    keepalive_requests 2000000000;
                    keepalive_timeout 1h;
                  }
                  server {
                    listen 127.0.0.1:%d http2%s;
                %s    location / {
                      grpc_pass grpc://instances;
                    }
                  }
                }
                """.formatted(balance, servers, setup.port(), setup.tls() == null ? "" : " ssl", tls);
    }
}
