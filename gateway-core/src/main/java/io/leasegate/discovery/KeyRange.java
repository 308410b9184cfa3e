package io.leasegate.discovery;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of etcd's key space, in the form of its range requests.
 *
 * @param prefix the prefix that it stands for, as configured
 * @param from the first key
 * @param end the first key behind it; a single zero byte for the end of the key space
 */
record KeyRange(String prefix, ByteString from, ByteString end) {

    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    static KeyRange ofPrefix(String prefix) {
        ByteString from = ByteString.copyFromUtf8(prefix);
        return new KeyRange(prefix, from.isEmpty() ? ZERO : from, end(from));
    }

    /** The ranges of these prefixes, without those that another one covers: no key comes twice. */
    static List<KeyRange> ofPrefixes(List<String> prefixes) {
        List<KeyRange> ranges = new ArrayList<>();
        for (String prefix : prefixes.stream().sorted().distinct().toList()) {
            if (ranges.stream().noneMatch(r -> prefix.startsWith(r.prefix()))) {
                ranges.add(ofPrefix(prefix));
            }
        }
        return List.copyOf(ranges);
    }

    /** What is between and around the ranges. */
    static List<KeyRange> gaps(List<KeyRange> ranges) {
        List<KeyRange> inOrder = new ArrayList<>(ranges);
        inOrder.sort((a, b) -> ByteString.unsignedLexicographicalComparator().compare(a.from(), b.from()));
        List<KeyRange> gaps = new ArrayList<>();
        ByteString from = ZERO;
        for (KeyRange r : inOrder) {
            if (!r.from().equals(from)) {
                gaps.add(new KeyRange("", from, r.from()));
            }
            if (r.end().equals(ZERO)) {
                return gaps;
            }
            from = r.end();
        }
        gaps.add(new KeyRange("", from, ZERO));
        return gaps;
    }

    /** The first key that is after the given one. */
    static ByteString after(ByteString key) {
        return key.concat(ZERO);
    }

    private static ByteString end(ByteString prefix) {
        for (int i = prefix.size() - 1; i >= 0; i--) {
            int last = prefix.byteAt(i) & 0xff;
            if (last < 0xff) {
                return prefix.substring(0, i).concat(ByteString.copyFrom(new byte[] {(byte) (last + 1)}));
            }
        }
        return ZERO;
    }
}
