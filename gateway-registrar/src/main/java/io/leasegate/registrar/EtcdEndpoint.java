package io.leasegate.registrar;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Where one etcd member serves clients.
 *
 * @param host a host name, an IPv4 address, or an IPv6 address in brackets
 * @param port 1 to 65535
 * @param secure whether to speak TLS
 */
record EtcdEndpoint(String host, int port, boolean secure) {

    static final String EXPECTED = "expected http://host:port, https://host:port or host:port";

    /** Reads a URL or a bare {@code host:port}; null if it is neither. */
    static @Nullable EtcdEndpoint parse(String text, boolean secureByDefault) {
        String url = text.contains("://") ? text : (secureByDefault ? "https://" : "http://") + text;
        try {
            URI uri = new URI(url);
            boolean secure = "https".equals(uri.getScheme());
            boolean complete = (secure || "http".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getPort() >= 1
                    && uri.getPort() <= 65535
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null
                    && uri.getFragment() == null
                    && (uri.getPath().isEmpty() || uri.getPath().equals("/"));
            return complete ? new EtcdEndpoint(uri.getHost(), uri.getPort(), secure) : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return (secure ? "https://" : "http://") + host + ":" + port;
    }
}
