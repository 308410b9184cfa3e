package io.leasegate.routing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from names to values that is asked with a range of any {@link CharSequence}, so that a lookup by a part of
 * {@code :path} makes no string. Open addressing with linear probing at a load of at most one half.
 */
final class NameMap<V> {

    private final String[] names;
    private final Object[] values;
    private final int mask;

    NameMap(Map<String, V> entries) {
        int capacity = Integer.highestOneBit(Math.max(entries.size(), 1) * 2 - 1) << 1;
        names = new String[capacity];
        values = new Object[capacity];
        mask = capacity - 1;
        entries.forEach(this::put);
    }

    private void put(String name, V value) {
        int i = slot(name, 0, name.length(), false);
        while (names[i] != null) {
            i = (i + 1) & mask;
        }
        names[i] = name;
        values[i] = value;
    }

    /** The value for the characters from {@code start} to {@code end}, taken in lower case if asked, or null. */
    @SuppressWarnings("unchecked")
    @Nullable
    V get(CharSequence text, int start, int end, boolean lowerCase) {
        int i = slot(text, start, end, lowerCase);
        for (String name = names[i]; name != null; name = names[i]) {
            if (equal(name, text, start, end, lowerCase)) {
                return (V) values[i];
            }
            i = (i + 1) & mask;
        }
        return null;
    }

    private int slot(CharSequence text, int start, int end, boolean lowerCase) {
        int h = 0;
        for (int i = start; i < end; i++) {
            h = 31 * h + at(text, i, lowerCase);
        }
        h *= 0x9E3779B9;
        return (h ^ h >>> 16) & mask;
    }

    private static boolean equal(String name, CharSequence text, int start, int end, boolean lowerCase) {
        if (name.length() != end - start) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (name.charAt(i - start) != at(text, i, lowerCase)) {
                return false;
            }
        }
        return true;
    }

    private static char at(CharSequence text, int i, boolean lowerCase) {
        char c = text.charAt(i);
        return lowerCase && c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }
}
