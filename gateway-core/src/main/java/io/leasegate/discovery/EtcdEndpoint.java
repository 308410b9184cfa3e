package io.leasegate.discovery;

import io.leasegate.registration.HostPort;

/** The client address of one etcd member. */
record EtcdEndpoint(HostPort address, boolean tls) {

    private static final int DEFAULT_PORT = 2379;

    /**
     * Reads {@code http://host:port}, {@code https://host:port} or {@code host:port}; without a port it is 2379.
     *
     * @param tlsByDefault whether TLS is used where no scheme says it
     * @throws IllegalArgumentException with a message that names the value and what was expected
     */
    static EtcdEndpoint parse(String text, boolean tlsByDefault) {
        String rest = text;
        boolean tls = tlsByDefault;
        int scheme = text.indexOf("://");
        if (scheme >= 0) {
            String name = text.substring(0, scheme);
            if (!name.equals("http") && !name.equals("https")) {
                throw refusal(text);
            }
            tls = name.equals("https");
            rest = text.substring(scheme + 3);
        }
        if (rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        boolean port = rest.lastIndexOf(':') > rest.lastIndexOf(']');
        try {
            return new EtcdEndpoint(HostPort.parse(port ? rest : rest + ":" + DEFAULT_PORT), tls);
        } catch (IllegalArgumentException e) {
            throw refusal(text);
        }
    }

    private static IllegalArgumentException refusal(String text) {
        return new IllegalArgumentException(
                "endpoints: \"" + text + "\" (expected http://host:port, https://host:port or host:port)");
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + address;
    }
}
