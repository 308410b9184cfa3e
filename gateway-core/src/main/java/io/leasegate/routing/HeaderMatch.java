package io.leasegate.routing;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A condition on one request header.
 *
 * @param name in lower case; the values of one that ends in {@code -bin} are compared as the bytes that they stand for, read as UTF-8
 * @param value what its value must be like
 */
public record HeaderMatch(String name, TextMatch value) {

    private static final String BINARY_SUFFIX = "-bin";

    boolean test(RequestHead request) {
        CharSequence text = request.header(name);
        return value.test(text != null && name.endsWith(BINARY_SUFFIX) ? decoded(text) : text);
    }

    /** Base64 with or without padding (gRPC's HTTP/2 protocol document, "Binary-Header"); null when it is not, or not of text. */
    static @Nullable CharSequence decoded(CharSequence value) {
        try {
            byte[] bytes = Base64.getDecoder().decode(value.toString());
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return null;
        }
    }
}
