package io.leasegate.loadtest.peer;

/** HAProxy as a relay of bytes, which knows nothing of HTTP: about the least that anything between two sockets costs. */
final class HaproxyTcp extends HaproxyProcess {

    @Override
    public String name() {
        return "tcp";
    }

    @Override
    public String title() {
        return "HAProxy, TCP mode";
    }

    @Override
    public boolean speaksHttp2() {
        return false;
    }

    @Override
    String configurationFor(Setup setup) {
        return """
                global
                    nbthread 1
                    maxconn 8000
                defaults
                    mode tcp
                    timeout connect 5s
                    timeout client 1h
                    timeout server 1h
                frontend clients
                    bind 127.0.0.1:%d
                    default_backend instances
                backend instances
                    server s 127.0.0.1:%d
                """.formatted(setup.port(), setup.instancePorts().get(0));
    }
}
