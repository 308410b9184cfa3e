package io.leasegate.h2;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * The fields that exist from the start: the static table of RFC 7541 appendix A, and each name of that table and of
 * {@link HeaderNames} as a field with an empty value, which is how a known name is found. Immutable; any thread.
 */
public final class StaticFields {

    /** Entries of the static table: indexes 1 to 61. */
    public static final int LENGTH = 61;

    private static final String[] TABLE = {
        ":authority", "",
        ":method", "GET",
        ":method", "POST",
        ":path", "/",
        ":path", "/index.html",
        ":scheme", "http",
        ":scheme", "https",
        ":status", "200",
        ":status", "204",
        ":status", "206",
        ":status", "304",
        ":status", "400",
        ":status", "404",
        ":status", "500",
        "accept-charset", "",
        "accept-encoding", "gzip, deflate",
        "accept-language", "",
        "accept-ranges", "",
        "accept", "",
        "access-control-allow-origin", "",
        "age", "",
        "allow", "",
        "authorization", "",
        "cache-control", "",
        "content-disposition", "",
        "content-encoding", "",
        "content-language", "",
        "content-length", "",
        "content-location", "",
        "content-range", "",
        "content-type", "",
        "cookie", "",
        "date", "",
        "etag", "",
        "expect", "",
        "expires", "",
        "from", "",
        "host", "",
        "if-match", "",
        "if-modified-since", "",
        "if-none-match", "",
        "if-range", "",
        "if-unmodified-since", "",
        "last-modified", "",
        "link", "",
        "location", "",
        "max-forwards", "",
        "proxy-authenticate", "",
        "proxy-authorization", "",
        "range", "",
        "referer", "",
        "refresh", "",
        "retry-after", "",
        "server", "",
        "set-cookie", "",
        "strict-transport-security", "",
        "transfer-encoding", "",
        "user-agent", "",
        "vary", "",
        "via", "",
        "www-authenticate", ""
    };

    private static final HeaderField[] BY_INDEX = new HeaderField[LENGTH + 1];

    /** Open addressing by the name's hash. */
    private static final @Nullable HeaderField[] BY_NAME = new @Nullable HeaderField[512];

    static {
        for (AsciiString name : HeaderNames.all()) {
            addName(name, 0);
        }
        for (int i = 1; i <= LENGTH; i++) {
            AsciiString name = AsciiString.cached(TABLE[2 * i - 2]);
            HeaderField known = find(name);
            if (known == null || FieldTraits.staticNameIndex(known.traits()) == 0) {
                known = addName(known == null ? name : known.name(), i);
            }
            BY_INDEX[i] = known.ofStaticTable(AsciiString.cached(TABLE[2 * i - 1]), i);
        }
        // index 0 is never asked for; the array has no holes
        BY_INDEX[0] = BY_INDEX[1];
    }

    private StaticFields() {}

    /** The entry at an index, 1 to {@link #LENGTH}. */
    public static HeaderField at(int index) {
        return BY_INDEX[index];
    }

    /** A known name as a field with an empty value, or null. */
    public static @Nullable HeaderField findName(byte[] bytes, int offset, int length, int nameHash) {
        for (int i = nameHash & BY_NAME.length - 1; ; i = i + 1 & BY_NAME.length - 1) {
            HeaderField f = BY_NAME[i];
            if (f == null || (f.nameHash() == nameHash && f.isNamed(bytes, offset, length))) {
                return f;
            }
        }
    }

    /** The index of the whole field, or 0. Entries of one name lie side by side. */
    static int indexOf(HeaderField nameOf, byte[] bytes, int offset, int length) {
        int first = FieldTraits.staticNameIndex(nameOf.traits());
        if (first == 0) {
            return 0;
        }
        for (int i = first; i <= LENGTH && BY_INDEX[i].nameHash() == nameOf.nameHash(); i++) {
            if (BY_INDEX[i].hasValue(bytes, offset, length)) {
                return i;
            }
        }
        return 0;
    }

    private static @Nullable HeaderField find(AsciiString name) {
        int hash = FieldHash.of(name.array(), name.arrayOffset(), name.length());
        return findName(name.array(), name.arrayOffset(), name.length(), hash);
    }

    /** Adds a name, or gives a name of {@link HeaderNames} its index. */
    private static HeaderField addName(AsciiString name, int staticNameIndex) {
        int hash = FieldHash.of(name.array(), name.arrayOffset(), name.length());
        int i = hash & BY_NAME.length - 1;
        for (HeaderField f = BY_NAME[i]; f != null && !f.name().equals(name); f = BY_NAME[i]) {
            i = i + 1 & BY_NAME.length - 1;
        }
        int traits = FieldTraits.withStaticNameIndex(FieldTraits.ofName(name), staticNameIndex);
        boolean isEntry = staticNameIndex > 0 && TABLE[2 * staticNameIndex - 1].isEmpty();
        HeaderField f = HeaderField.ofKnownName(
                name, hash, isEntry ? FieldTraits.withStaticIndex(traits, staticNameIndex) : traits);
        BY_NAME[i] = f;
        return f;
    }
}
