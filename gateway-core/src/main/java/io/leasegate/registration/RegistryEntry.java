package io.leasegate.registration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One key and its value, as formats read them. The value is decoded at most once for all formats that look at it. For use by one
 * thread at a time.
 */
public final class RegistryEntry {

    /** Longest key that is looked at, in characters. */
    public static final int MAX_KEY_CHARS = 4096;

    /** Largest value that is looked at, in bytes. */
    public static final int MAX_VALUE_BYTES = 64 * 1024;

    /** A field given twice counts with its last value, as in Go's decoder, which the original resolvers read with. */
    private static final JsonMapper JSON = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxNumberLength(64)
                            .maxDocumentLength(MAX_VALUE_BYTES)
                            .build())
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String key;
    private final byte[] value;
    private boolean decoded;
    private @Nullable ObjectNode object;
    private String objection = "";

    /** The array is not copied and must not change. */
    public RegistryEntry(String key, byte[] value) {
        this.key = key;
        this.value = value;
    }

    public String key() {
        return key;
    }

    /** The size of the value in bytes. */
    public int valueLength() {
        return value.length;
    }

    /** The value as text, or null when it is not UTF-8. */
    public @Nullable String text() {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** The value as a JSON object, or null when it is none; {@link #objection} then says why. */
    public @Nullable ObjectNode object() {
        if (!decoded) {
            decoded = true;
            decode();
        }
        return object;
    }

    /** Why the value is not a JSON object; empty when it is one. */
    public String objection() {
        object();
        return objection;
    }

    private void decode() {
        if (value.length == 0) {
            objection = "the value is empty (expected a JSON object)";
            return;
        }
        try {
            JsonNode node = JSON.readTree(value);
            if (node instanceof ObjectNode o) {
                object = o;
            } else if (node == null || node.isMissingNode()) {
                objection = "the value is empty (expected a JSON object)";
            } else {
                objection = "the value is " + Quote.json(node) + " (expected a JSON object)";
            }
        } catch (JsonProcessingException e) {
            objection = "the value is not JSON: " + Quote.oneLine(e.getOriginalMessage());
        } catch (IOException e) {
            // Bytes that are no UTF-8 end up here, beside what the parser reports itself.
            objection = "the value is not JSON: " + Quote.oneLine(String.valueOf(e.getMessage()));
        }
    }
}
