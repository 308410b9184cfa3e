package io.leasegate.loadtest.peer;

/** HAProxy: one thread, connections to the instances shared by all clients, no log. */
final class Haproxy extends HaproxyProcess {

    @Override
    public String name() {
        return "haproxy";
    }

    @Override
    public String title() {
        return "HAProxy";
    }

    @Override
    String configurationFor(Setup setup) {
        String bind =
                setup.tls() == null ? "proto h2" : "ssl crt " + setup.tls().both() + " alpn h2";
        StringBuilder servers = new StringBuilder();
        for (int port : setup.instancePorts()) {
            servers.append("    server s%d 127.0.0.1:%d proto h2\n".formatted(port, port));
        }
        // The windows and the number of streams: the defaults (64 KiB, 100) are small for bulk transfers and many
        // calls.
        // http-reuse always: calls of all clients share the connections to the instances, as in every other proxy here.
        return """
                global
                    nbthread 1
                    maxconn 8000
                    tune.h2.initial-window-size 1048576
                    tune.h2.max-concurrent-streams 1000
                defaults
                    mode http
                    http-reuse always
                    timeout connect 5s
                    timeout client 1h
                    timeout server 1h
                frontend clients
                    bind 127.0.0.1:%d %s
                    default_backend instances
                backend instances
                    balance leastconn
                """.formatted(setup.port(), bind) + servers;
    }
}
