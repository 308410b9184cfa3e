package io.leasegate.h2;

import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one header section, in wire order. A relay takes the block that it was given, changes what must change and sends the
 * same object on. Not safe for use by several threads.
 */
public final class HeaderBlock {

    private HeaderField[] fields;
    private int size;

    public HeaderBlock() {
        this(12);
    }

    public HeaderBlock(int capacity) {
        fields = new HeaderField[capacity];
    }

    public int size() {
        return size;
    }

    /** The field at a position, 0 to {@link #size()} - 1. */
    public HeaderField field(int index) {
        return fields[index];
    }

    /** Appends a field. */
    public HeaderBlock add(HeaderField field) {
        if (size == fields.length) {
            fields = Arrays.copyOf(fields, size * 2 + 4);
        }
        fields[size++] = field;
        return this;
    }

    public HeaderBlock add(AsciiString name, AsciiString value) {
        return add(HeaderField.of(name, value));
    }

    /** Empties the block, so that it can be filled again. */
    public void clear() {
        Arrays.fill(fields, 0, size, null);
        size = 0;
    }

    /** Holds the same fields as the other block from now on. */
    public void setAll(HeaderBlock other) {
        if (fields.length < other.size) {
            fields = new HeaderField[other.size + 4];
        } else if (size > other.size) {
            Arrays.fill(fields, other.size, size, null);
        }
        System.arraycopy(other.fields, 0, fields, 0, other.size);
        size = other.size;
    }

    /** The value of the first field with one of the names of {@link HeaderNames}, or null. */
    public @Nullable AsciiString get(AsciiString canonicalName) {
        int i = indexOf(canonicalName);
        return i < 0 ? null : fields[i].value();
    }

    /** The value of the first field with the given name in lower case, or null. */
    public @Nullable AsciiString find(CharSequence name) {
        for (int i = 0; i < size; i++) {
            if (fields[i].name().contentEquals(name)) {
                return fields[i].value();
            }
        }
        return null;
    }

    /** Whether a field with one of the names of {@link HeaderNames} is there. */
    public boolean contains(AsciiString canonicalName) {
        return indexOf(canonicalName) >= 0;
    }

    /** Puts a pseudo-header in front: they come before all other fields (RFC 9113 section 8.3). */
    public void addFirst(HeaderField field) {
        add(field);
        System.arraycopy(fields, 0, fields, 1, size - 1);
        fields[0] = field;
    }

    /** Replaces the first field of that name in place, or appends it; further fields of that name are removed. */
    public void set(HeaderField field) {
        int first = indexOf(field.name());
        if (first < 0) {
            add(field);
            return;
        }
        fields[first] = field;
        removeFrom(first + 1, field.name());
    }

    /** Removes all fields with one of the names of {@link HeaderNames}. */
    public void remove(AsciiString canonicalName) {
        int first = indexOf(canonicalName);
        if (first >= 0) {
            removeFrom(first, canonicalName);
        }
    }

    /** Removes all fields with the given name in lower case, whichever it is. */
    public void removeNamed(AsciiString name) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (!fields[i].name().equals(name)) {
                fields[kept++] = fields[i];
            }
        }
        Arrays.fill(fields, kept, size, null);
        size = kept;
    }

    /** Removes all fields that have one of the {@link FieldTraits}. */
    public void removeAllWith(int traits) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if ((fields[i].traits() & traits) == 0) {
                fields[kept++] = fields[i];
            }
        }
        if (kept < size) {
            Arrays.fill(fields, kept, size, null);
            size = kept;
        }
    }

    @SuppressWarnings("ReferenceEquality") // names of HeaderNames are canonical in every field
    private void removeFrom(int start, AsciiString canonicalName) {
        int kept = start;
        for (int i = start; i < size; i++) {
            if (fields[i].name() != canonicalName) {
                fields[kept++] = fields[i];
            }
        }
        Arrays.fill(fields, kept, size, null);
        size = kept;
    }

    @SuppressWarnings("ReferenceEquality") // names of HeaderNames are canonical in every field
    private int indexOf(AsciiString canonicalName) {
        for (int i = 0; i < size; i++) {
            if (fields[i].name() == canonicalName) {
                return i;
            }
        }
        return -1;
    }

    /** Whether {@code :status} is 1xx. */
    public boolean isInformational() {
        AsciiString status = get(HeaderNames.STATUS);
        return status != null && status.length() == 3 && status.byteAt(0) == '1';
    }

    /** A block with the same fields that can be changed independently. */
    public HeaderBlock copy() {
        HeaderBlock b = new HeaderBlock(Math.max(size + 4, 4));
        System.arraycopy(fields, 0, b.fields, 0, size);
        b.size = size;
        return b;
    }

    /** Fields by name, for logs and tests; values may be confidential. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder("[");
        for (int i = 0; i < size; i++) {
            s.append(i == 0 ? "" : ", ").append(fields[i]);
        }
        return s.append(']').toString();
    }
}
