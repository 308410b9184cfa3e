package io.leasegate.registration;

import com.fasterxml.jackson.core.JsonFactory;
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
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One key and its value, as formats read them. Key and value are taken apart at most once for all formats that look at them. For use
 * by one thread at a time.
 */
public final class RegistryEntry {

    /** Longest key that is looked at, in characters. */
    public static final int MAX_KEY_CHARS = 4096;

    /** Largest value that is looked at, in bytes: go-micro's list all methods of a service with their messages. */
    public static final int MAX_VALUE_BYTES = 256 * 1024;

    /** Deep enough for go-micro's description of messages within messages. */
    private static final int MAX_DEPTH = 64;

    private static final int BYTE_ORDER_MARK = 0xfeff;

    /** A field given twice counts with its last value, as in Go's decoder, which the original resolvers read with. */
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(64)
                            .maxDocumentLength(MAX_VALUE_BYTES)
                            .build())
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final KeyPath key;
    private final byte[] value;
    private KeyPrefix prefix = KeyPrefix.of("");
    private boolean named;
    private boolean decoded;
    private @Nullable ObjectNode object;
    private String objection = "";
    private boolean textRead;
    private @Nullable String text;
    private boolean addressRead;
    private @Nullable HostPort address;

    /** The array is not copied and must not change. */
    public RegistryEntry(String key, byte[] value) {
        this.key = new KeyPath(key);
        this.value = value;
    }

    /** Says where in the key space the entry is, and whether its format is named there, so that nothing is left to be guessed. */
    RegistryEntry under(KeyPrefix keyPrefix, boolean formatIsNamed) {
        prefix = keyPrefix;
        named = formatIsNamed;
        return this;
    }

    public String key() {
        return key.text();
    }

    /** The key in its parts. */
    KeyPath path() {
        return key;
    }

    /** The configured prefix that the key is under. */
    public KeyPrefix prefix() {
        return prefix;
    }

    /** Whether the configuration names one single format for this key: that format need not be sure by itself. */
    public boolean isNamed() {
        return named;
    }

    /** The size of the value in bytes. */
    public int valueLength() {
        return value.length;
    }

    /** The value as text without white space around it and without a byte order mark, or null when it is not UTF-8. */
    public @Nullable String text() {
        if (!textRead) {
            textRead = true;
            text = decodedText();
        }
        return text;
    }

    /** The address that the value is, or null when it is something else. */
    @Nullable
    HostPort address() {
        if (!addressRead) {
            addressRead = true;
            boolean mayBe = value.length > 2 && value.length <= HostPort.MAX_CHARS + 8 && value[0] != '{';
            String s = mayBe ? text() : null;
            address = s == null ? null : HostPort.orNull(s);
        }
        return address;
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

    /** The names of the fields that the value has; none when it is no JSON object. */
    List<String> fieldNames() {
        ObjectNode o = object();
        return o == null
                ? List.of()
                : o.properties().stream().map(java.util.Map.Entry::getKey).toList();
    }

    private @Nullable String decodedText() {
        try {
            String s = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
            return (!s.isEmpty() && s.charAt(0) == BYTE_ORDER_MARK ? s.substring(1) : s).strip();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private void decode() {
        if (!mayBeObject()) {
            String s = text();
            if (s == null) {
                objection = "the value is not JSON: it is not even text in UTF-8";
            } else if (s.isEmpty()) {
                objection = "the value is empty (expected a JSON object)";
            } else {
                objection = "the value is not JSON: it is " + Quote.text(s) + " (expected a JSON object)";
            }
            return;
        }
        try {
            JsonNode node = JSON.readTree(value);
            if (node instanceof ObjectNode o) {
                object = o;
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

    /** A look at the first character: many values are plain text, and a parser that fails costs much more. */
    private boolean mayBeObject() {
        int i = value.length > 2 && value[0] == (byte) 0xef && value[1] == (byte) 0xbb && value[2] == (byte) 0xbf
                ? 3
                : 0;
        while (i < value.length && (value[i] == ' ' || value[i] == '\n' || value[i] == '\r' || value[i] == '\t')) {
            i++;
        }
        return i < value.length && (value[i] == '{' || value[i] == '[' || value[i] == '"');
    }
}
