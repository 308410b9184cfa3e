package io.leasegate.routing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request head out of plain strings. */
record TestRequest(
        String authority,
        String path,
        Map<String, String> headers,
        @Nullable CharSequence identity,
        long choice) implements RequestHead {

    TestRequest(String authority, String path, Map<String, String> headers) {
        this(authority, path, headers, null);
    }

    TestRequest(String authority, String path, Map<String, String> headers, @Nullable CharSequence identity) {
        this(authority, path, headers, identity, 0);
    }

    static TestRequest of(String authority, String path) {
        return new TestRequest(authority, path, Map.of());
    }

    @Override
    public @Nullable CharSequence header(String name) {
        return headers.get(name);
    }
}
