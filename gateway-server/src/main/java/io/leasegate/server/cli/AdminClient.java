package io.leasegate.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Asks the admin listener of a running gateway for what it answers as JSON. For use by one thread. */
final class AdminClient {

    private static final int CONNECT_MILLIS = 3_000;
    private static final int ANSWER_MILLIS = 30_000;

    private final String address;

    /** @param address {@code host:port} */
    AdminClient(String address) {
        this.address = address;
    }

    /**
     * An answer.
     *
     * @param status of HTTP
     * @param body an object
     */
    record Answer(int status, JsonNode body) {}

    /** @throws IOException when there is no such answer; the message says what to do */
    Answer get(String pathAndQuery) throws IOException {
        HttpURLConnection connection;
        int status;
        try {
            connection = (HttpURLConnection)
                    URI.create("http://" + address + pathAndQuery).toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(ANSWER_MILLIS);
            status = connection.getResponseCode();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    "the gateway cannot be asked: nobody answers at http://" + address + " (" + e.getMessage()
                            + "): start it, or name its admin listener with --admin HOST:PORT",
                    e);
        }
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return new Answer(status, object(in, status));
        } finally {
            connection.disconnect();
        }
    }

    private JsonNode object(@Nullable InputStream in, int status) throws IOException {
        JsonNode body = null;
        try {
            body = in == null ? null : new ObjectMapper().readTree(in);
        } catch (JsonProcessingException e) {
            // Text is not an answer to this question, whatever it says.
        }
        if (body == null || !body.isObject()) {
            throw new IOException("http://" + address + " answers with status " + status
                    + " and not as a gateway of this version does: is it the admin listener (leasegate.admin) of one?");
        }
        return body;
    }
}
