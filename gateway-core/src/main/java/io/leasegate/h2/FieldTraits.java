package io.leasegate.h2;

import io.netty.util.AsciiString;
import java.util.List;

/**
 * What a field is, as bits that are worked out once per field ({@link HeaderField#traits()}), so that checks of a header section only
 * look at bits. Pure; any thread.
 *
 * <pre>
 * bits 0-5    which pseudo-header
 * bits 6-14   the rest of the constants below
 * bits 16-21  index of the whole field in the static table, or 0
 * bits 22-27  index of the name in the static table, or 0
 * </pre>
 */
public final class FieldTraits {

    public static final int METHOD = 1;
    public static final int SCHEME = 1 << 1;
    public static final int AUTHORITY = 1 << 2;
    public static final int PATH = 1 << 3;
    public static final int STATUS = 1 << 4;

    /** A pseudo-header that this proxy does not know. */
    public static final int UNKNOWN_PSEUDO = 1 << 5;

    public static final int PSEUDO = METHOD | SCHEME | AUTHORITY | PATH | STATUS | UNKNOWN_PSEUDO;

    /** The name is empty or has a byte that RFC 9113 section 8.2.1 forbids. */
    public static final int NAME_INVALID = 1 << 6;

    /** The value has NUL, CR or LF, or white space at an end (RFC 9113 section 8.2.1). */
    public static final int VALUE_INVALID = 1 << 7;

    /** A field that HTTP/2 does not have (RFC 9113 section 8.2.2), {@code te} other than {@code trailers} among them. */
    public static final int CONNECTION_SPECIFIC = 1 << 8;

    public static final int CONTENT_LENGTH = 1 << 9;

    /** {@code te: trailers}. */
    public static final int TE_TRAILERS = 1 << 10;

    /** The name says that the value is a credential: it enters no table, whatever the sender asked for. */
    public static final int SECRET = 1 << 11;

    /** Must stay a never-indexed literal on every hop (RFC 7541 section 7.1.3). */
    public static final int NEVER_INDEXED = 1 << 12;

    /** The same field is sent again and again, so it is worth an entry in compression tables. */
    public static final int REPEATED = 1 << 13;

    /** The name is {@code te}; {@link #CONNECTION_SPECIFIC} or {@link #TE_TRAILERS} say which. */
    static final int TE = 1 << 14;

    /** All for which a section is malformed, in requests and in responses. */
    public static final int MALFORMED = NAME_INVALID | VALUE_INVALID | CONNECTION_SPECIFIC;

    private static final int STATIC_SHIFT = 16;
    private static final int STATIC_NAME_SHIFT = 22;
    private static final int INDEX_MASK = 0x3f;

    /** What a field has from its name, whatever its value. */
    private static final int OF_NAME = PSEUDO
            | NAME_INVALID
            | CONNECTION_SPECIFIC
            | CONTENT_LENGTH
            | SECRET
            | TE
            | INDEX_MASK << STATIC_NAME_SHIFT;

    /** In the order of their bits. */
    private static final List<AsciiString> KNOWN_PSEUDO = List.of(
            HeaderNames.METHOD, HeaderNames.SCHEME, HeaderNames.AUTHORITY, HeaderNames.PATH, HeaderNames.STATUS);

    private static final List<AsciiString> SECRETS = List.of(
            HeaderNames.AUTHORIZATION, HeaderNames.PROXY_AUTHORIZATION, HeaderNames.COOKIE, HeaderNames.SET_COOKIE);

    private static final List<AsciiString> OF_CONNECTION = List.of(
            HeaderNames.CONNECTION,
            HeaderNames.KEEP_ALIVE,
            HeaderNames.PROXY_CONNECTION,
            HeaderNames.TRANSFER_ENCODING,
            HeaderNames.UPGRADE);

    private static final byte[] TRAILERS = {'t', 'r', 'a', 'i', 'l', 'e', 'r', 's'};
    private static final long ALL_0X10 = 0x1010101010101010L;
    private static final long ALL_0X80 = 0x8080808080808080L;

    private FieldTraits() {}

    static int withStaticIndex(int traits, int index) {
        return traits | index << STATIC_SHIFT;
    }

    static int withStaticNameIndex(int traits, int index) {
        return traits | index << STATIC_NAME_SHIFT;
    }

    /** The index of the field in the static table of RFC 7541 appendix A, or 0. */
    public static int staticIndex(int traits) {
        return traits >>> STATIC_SHIFT & INDEX_MASK;
    }

    /** The lowest index of the name in that table, or 0. */
    public static int staticNameIndex(int traits) {
        return traits >>> STATIC_NAME_SHIFT & INDEX_MASK;
    }

    /** The traits of any name; slow, for tables that are filled once. */
    static int ofName(AsciiString name) {
        int kind = KNOWN_PSEUDO.indexOf(name);
        if (kind >= 0) {
            return 1 << kind;
        }
        int traits = ofUnknownName(name.array(), name.arrayOffset(), name.length());
        if (SECRETS.contains(name)) {
            traits |= SECRET | NEVER_INDEXED;
        }
        if (OF_CONNECTION.contains(name)) {
            traits |= CONNECTION_SPECIFIC;
        }
        if (name.equals(HeaderNames.TE)) {
            // Until a value says otherwise.
            traits |= TE | CONNECTION_SPECIFIC;
        }
        return name.equals(HeaderNames.CONTENT_LENGTH) ? traits | CONTENT_LENGTH : traits;
    }

    /** The traits of a name that is not among {@link StaticFields}. */
    static int ofUnknownName(byte[] bytes, int offset, int length) {
        boolean pseudo = length > 0 && bytes[offset] == ':';
        int traits = pseudo ? UNKNOWN_PSEUDO : 0;
        int start = pseudo ? 1 : 0;
        if (length == start) {
            return traits | NAME_INVALID;
        }
        for (int i = offset + start; i < offset + length; i++) {
            int c = bytes[i];
            // Negative are 0x80 to 0xff.
            if (c <= ' ' || c == 0x7f || c == ':' || (c >= 'A' && c <= 'Z')) {
                return traits | NAME_INVALID;
            }
        }
        return traits;
    }

    /** The traits of a field with that name and a value; the static index of the whole field is not among them. */
    static int ofValue(int nameTraits, byte[] bytes, int offset, int length) {
        int traits = nameTraits & OF_NAME;
        if ((traits & (TE | SECRET)) != 0) {
            if ((traits & SECRET) != 0) {
                traits |= NEVER_INDEXED;
            } else {
                traits = (traits & ~CONNECTION_SPECIFIC)
                        | (isTrailers(bytes, offset, length) ? TE_TRAILERS : CONNECTION_SPECIFIC);
            }
        }
        return isValidValue(bytes, offset, length) ? traits : traits | VALUE_INVALID;
    }

    private static boolean isTrailers(byte[] bytes, int offset, int length) {
        if (length != TRAILERS.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            // Names of transfer codings have no case (RFC 9110 section 10.1.4).
            if ((bytes[offset + i] | 0x20) != TRAILERS[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isValidValue(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return true;
        }
        int end = offset + length;
        if (isWhiteSpace(bytes[offset]) || isWhiteSpace(bytes[end - 1])) {
            return false;
        }
        int i = offset;
        // Eight bytes at a time until one is below 0x10: then NUL, LF or CR may be there, or a tab.
        while (end - i >= 8) {
            long w = FieldHash.longAt(bytes, i);
            if (((w - ALL_0X10) & ~w & ALL_0X80) != 0) {
                break;
            }
            i += 8;
        }
        for (; i < end; i++) {
            int c = bytes[i];
            if (c == 0 || c == '\r' || c == '\n') {
                return false;
            }
        }
        return true;
    }

    private static boolean isWhiteSpace(byte c) {
        return c == ' ' || c == '\t';
    }
}
