package io.leasegate.routing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from names to values that is asked with a range of any {@link CharSequence}, so that a lookup by a part of
 * {@code :path} makes no string. Open addressing with linear probing at a load of at most one half. Safe from any thread.
 */
final class NameMap<V> {

    private final String[] names;
    private final Object[] values;
    private final int size;

    NameMap(Map<String, V> entries) {
        int capacity = Integer.highestOneBit(Math.max(entries.size(), 1) * 2 - 1) << 1;
        names = new String[capacity];
        values = new Object[capacity];
        size = entries.size();
        for (Map.Entry<String, V> e : entries.entrySet()) {
            String name = e.getKey();
            int i = slot(names, name, 0, name.length(), false);
            names[i] = name;
            values[i] = e.getValue();
        }
    }

    private NameMap(String[] names, Object[] values, int size) {
        this.names = names;
        this.values = values;
        this.size = size;
    }

    int size() {
        return size;
    }

    /** This map with other values for some of its names, or null when one of the names is not in it. The names are shared. */
    @Nullable
    NameMap<V> replace(Map<String, ? extends V> changes) {
        Object[] newValues = values.clone();
        for (Map.Entry<String, ? extends V> e : changes.entrySet()) {
            String name = e.getKey();
            int i = slot(names, name, 0, name.length(), false);
            if (names[i] == null) {
                return null;
            }
            newValues[i] = e.getValue();
        }
        return new NameMap<>(names, newValues, size);
    }

    /** The value for the characters from {@code start} to {@code end}, taken in lower case if asked (ASCII only), or null. */
    @SuppressWarnings("unchecked")
    @Nullable
    V get(CharSequence text, int start, int end, boolean lowerCase) {
        return (V) values[slot(names, text, start, end, lowerCase)];
    }

    /** Where the name is, or the free slot where it would go. */
    private static int slot(String[] names, CharSequence text, int start, int end, boolean lowerCase) {
        int mask = names.length - 1;
        int i = hash(text, start, end, lowerCase) & mask;
        for (String name = names[i]; name != null && !equal(name, text, start, end, lowerCase); name = names[i]) {
            i = (i + 1) & mask;
        }
        return i;
    }

    private static int hash(CharSequence text, int start, int end, boolean lowerCase) {
        int h = 0;
        for (int i = start; i < end; i++) {
            h = 31 * h + at(text, i, lowerCase);
        }
        h *= 0x9E3779B9;
        return h ^ h >>> 16;
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
