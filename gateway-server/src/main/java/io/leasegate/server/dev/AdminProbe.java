package io.leasegate.server.dev;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;

/** Asks the gateway's admin listener. Without state, so that any thread may use it. */
final class AdminProbe {

    private static final int TIMEOUT_MILLIS = 2000;
    private static final JsonFactory JSON = new JsonFactory();

    private final String base;

    /** @param base as in {@code http://127.0.0.1:9900} */
    AdminProbe(String base) {
        this.base = base;
    }

    boolean isReady() {
        try {
            HttpURLConnection connection = open("/ready");
            try {
                return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return false;
        }
    }

    /** How many instances get calls; 0 while the gateway does not answer. */
    int healthyInstances() {
        try {
            HttpURLConnection connection = open("/api/services");
            try (InputStream in = connection.getInputStream()) {
                return countHealthy(in);
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return 0;
        }
    }

    static int countHealthy(InputStream services) throws IOException {
        int healthy = 0;
        try (JsonParser json = JSON.createParser(services)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME && json.currentName().equals("state")) {
                    json.nextToken();
                    if (json.getText().equals("healthy")) {
                        healthy++;
                    }
                }
            }
        }
        return healthy;
    }

    private HttpURLConnection open(String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(base + path).toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        return connection;
    }
}
