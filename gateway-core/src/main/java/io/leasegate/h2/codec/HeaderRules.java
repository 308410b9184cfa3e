package io.leasegate.h2.codec;

import io.leasegate.h2.FieldTraits;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.HeaderNames;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What makes a header section malformed (RFC 9113 sections 8.1.1 to 8.5): such a section is never relayed. Each check returns what is
 * wrong, or null. Pure.
 */
final class HeaderRules {

    static final String NO_LENGTH = "a content-length that is no number, or two that differ";
    static final String WRONG_CONTENT_LENGTH = "content of another length than content-length says";

    static final long NO_CONTENT_LENGTH = -1;
    static final long BAD_CONTENT_LENGTH = -2;

    private static final int REQUEST_PSEUDO =
            FieldTraits.METHOD | FieldTraits.SCHEME | FieldTraits.AUTHORITY | FieldTraits.PATH;
    private static final int REQUIRED_PSEUDO = FieldTraits.METHOD | FieldTraits.SCHEME | FieldTraits.PATH;
    private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
    private static final AsciiString OPTIONS = AsciiString.cached("OPTIONS");
    private static final AsciiString ASTERISK = AsciiString.cached("*");

    private HeaderRules() {}

    static @Nullable String request(HeaderBlock block) {
        String wrong = section(block, REQUEST_PSEUDO);
        if (wrong != null) {
            return wrong;
        }
        int seen = pseudo(block);
        if (CONNECT.equals(block.get(HeaderNames.METHOD))) {
            return seen == (FieldTraits.METHOD | FieldTraits.AUTHORITY)
                    ? null
                    : "CONNECT takes :method and :authority alone";
        }
        if ((seen & REQUIRED_PSEUDO) != REQUIRED_PSEUDO) {
            return ":method, :scheme or :path is missing";
        }
        return path(block);
    }

    private static @Nullable String path(HeaderBlock block) {
        AsciiString path = block.get(HeaderNames.PATH);
        if (path == null || path.isEmpty()) {
            return ":path is empty";
        }
        if (path.byteAt(0) != '/') {
            boolean asterisk = path.equals(ASTERISK) && OPTIONS.equals(block.get(HeaderNames.METHOD));
            return asterisk ? null : ":path does not begin with a slash";
        }
        return null;
    }

    static @Nullable String response(HeaderBlock block) {
        String wrong = section(block, FieldTraits.STATUS);
        if (wrong != null) {
            return wrong;
        }
        AsciiString status = block.get(HeaderNames.STATUS);
        if (status == null) {
            return "no :status";
        }
        return isStatus(status) ? null : ":status " + status;
    }

    /** Three digits, and not 101, which HTTP/2 does not have (RFC 9113 section 8.6). */
    private static boolean isStatus(AsciiString status) {
        if (status.length() != 3 || status.byteAt(0) < '1' || status.byteAt(0) > '9') {
            return false;
        }
        for (int i = 1; i < 3; i++) {
            if (status.byteAt(i) < '0' || status.byteAt(i) > '9') {
                return false;
            }
        }
        return !(status.byteAt(0) == '1' && status.byteAt(1) == '0' && status.byteAt(2) == '1');
    }

    static @Nullable String trailers(HeaderBlock block) {
        return section(block, 0);
    }

    /** What holds in every section: names, values, and which pseudo-headers are where. */
    private static @Nullable String section(HeaderBlock block, int allowedPseudo) {
        int seen = 0;
        boolean fields = false;
        for (int i = 0; i < block.size(); i++) {
            HeaderField f = block.field(i);
            int traits = f.traits();
            if ((traits & FieldTraits.MALFORMED) != 0) {
                return malformed(f, traits);
            }
            int pseudo = traits & FieldTraits.PSEUDO;
            if (pseudo == 0) {
                fields = true;
            } else if ((pseudo & allowedPseudo) == 0) {
                return "the pseudo-header " + name(f) + " does not belong here";
            } else if (fields) {
                return "the pseudo-header " + name(f) + " comes behind other fields";
            } else if ((seen & pseudo) != 0) {
                return "two of the pseudo-header " + name(f);
            }
            seen |= pseudo;
        }
        return null;
    }

    private static int pseudo(HeaderBlock block) {
        int seen = 0;
        for (int i = 0; i < block.size(); i++) {
            int pseudo = block.field(i).traits() & FieldTraits.PSEUDO;
            if (pseudo == 0) {
                break;
            }
            seen |= pseudo;
        }
        return seen;
    }

    private static String malformed(HeaderField f, int traits) {
        if ((traits & FieldTraits.NAME_INVALID) != 0) {
            return "a field name with a forbidden character: " + name(f);
        }
        return (traits & FieldTraits.VALUE_INVALID) != 0
                ? "a forbidden character in the value of " + name(f)
                : "the field " + name(f) + ", which HTTP/2 does not have";
    }

    /** A name for a message: short, and printable whatever the peer sent. */
    private static String name(HeaderField f) {
        AsciiString name = f.name();
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < Math.min(name.length(), 40); i++) {
            byte b = name.byteAt(i);
            s.append(b > ' ' && b <= '~' ? (char) b : '?');
        }
        return s.toString();
    }

    /** The content-length, {@link #NO_CONTENT_LENGTH}, or {@link #BAD_CONTENT_LENGTH} for a bad one or two that differ. */
    static long contentLength(HeaderBlock block) {
        long length = NO_CONTENT_LENGTH;
        for (int i = 0; i < block.size(); i++) {
            HeaderField f = block.field(i);
            if ((f.traits() & FieldTraits.CONTENT_LENGTH) != 0) {
                long one = parse(f.value());
                if (one < 0 || (length >= 0 && length != one)) {
                    return BAD_CONTENT_LENGTH;
                }
                length = one;
            }
        }
        return length;
    }

    private static long parse(AsciiString digits) {
        if (digits.isEmpty() || digits.length() > 18) {
            return BAD_CONTENT_LENGTH;
        }
        long n = 0;
        for (int i = 0; i < digits.length(); i++) {
            int d = digits.byteAt(i) - '0';
            if (d < 0 || d > 9) {
                return BAD_CONTENT_LENGTH;
            }
            n = n * 10 + d;
        }
        return n;
    }
}
