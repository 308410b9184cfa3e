package io.leasegate.registration;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A key in its parts between slashes. A leading slash belongs to no part. For use by one thread at a time. */
final class KeyPath {

    private final String text;
    private @Nullable List<String> parts;

    KeyPath(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** The parts; empty ones, between two slashes or behind the last one, are parts too. */
    List<String> parts() {
        List<String> p = parts;
        if (p == null) {
            p = new ArrayList<>();
            int from = text.startsWith("/") ? 1 : 0;
            for (int slash = text.indexOf('/', from); slash >= 0; slash = text.indexOf('/', from)) {
                p.add(text.substring(from, slash));
                from = slash + 1;
            }
            p.add(text.substring(from));
            parts = p;
        }
        return p;
    }

    int size() {
        return parts().size();
    }

    /** The part at an index that counts from the end when it is negative; empty where there is none. */
    String part(int index) {
        List<String> p = parts();
        int i = index < 0 ? p.size() + index : index;
        return i < 0 || i >= p.size() ? "" : p.get(i);
    }

    String last() {
        return text.substring(text.lastIndexOf('/') + 1);
    }

    /** The key without its last part, without a leading slash and without slashes at the end. */
    String parent() {
        int end = text.lastIndexOf('/');
        while (end > 0 && text.charAt(end - 1) == '/') {
            end--;
        }
        int start = text.startsWith("/") ? 1 : 0;
        return end <= start ? "" : text.substring(start, end);
    }

    /** Whether the key, without a leading slash, begins with the given text. */
    boolean startsWith(String start) {
        return text.startsWith(start, text.startsWith("/") ? 1 : 0);
    }
}
