package io.leasegate.testkit;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The static table, the Huffman code and a dynamic table of HPACK (RFC 7541), written plainly and apart from the product's. */
final class HpackTables {

    /** An entry of a table. */
    record Entry(String name, String value) {
        int size() {
            return name.length() + value.length() + 32;
        }
    }

    private static final String[] STATIC = {
        ":authority",
        "",
        ":method",
        "GET",
        ":method",
        "POST",
        ":path",
        "/",
        ":path",
        "/index.html",
        ":scheme",
        "http",
        ":scheme",
        "https",
        ":status",
        "200",
        ":status",
        "204",
        ":status",
        "206",
        ":status",
        "304",
        ":status",
        "400",
        ":status",
        "404",
        ":status",
        "500",
        "accept-charset",
        "",
        "accept-encoding",
        "gzip, deflate",
        "accept-language",
        "",
        "accept-ranges",
        "",
        "accept",
        "",
        "access-control-allow-origin",
        "",
        "age",
        "",
        "allow",
        "",
        "authorization",
        "",
        "cache-control",
        "",
        "content-disposition",
        "",
        "content-encoding",
        "",
        "content-language",
        "",
        "content-length",
        "",
        "content-location",
        "",
        "content-range",
        "",
        "content-type",
        "",
        "cookie",
        "",
        "date",
        "",
        "etag",
        "",
        "expect",
        "",
        "expires",
        "",
        "from",
        "",
        "host",
        "",
        "if-match",
        "",
        "if-modified-since",
        "",
        "if-none-match",
        "",
        "if-range",
        "",
        "if-unmodified-since",
        "",
        "last-modified",
        "",
        "link",
        "",
        "location",
        "",
        "max-forwards",
        "",
        "proxy-authenticate",
        "",
        "proxy-authorization",
        "",
        "range",
        "",
        "referer",
        "",
        "refresh",
        "",
        "retry-after",
        "",
        "server",
        "",
        "set-cookie",
        "",
        "strict-transport-security",
        "",
        "transfer-encoding",
        "",
        "user-agent",
        "",
        "vary",
        "",
        "via",
        "",
        "www-authenticate",
        ""
    };

    static final int STATIC_LENGTH = STATIC.length / 2;

    /** Code lengths of the symbols 0 to 256. The code is canonical, so the lengths are all it takes. */
    private static final int[] HUFFMAN_LENGTHS = {
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28,
        28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15,
        6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22,
        20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23,
        23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22,
        22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26,
        27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27,
        26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30
    };

    private static final int[] HUFFMAN_CODES = canonicalCodes();
    private static final Map<Long, Integer> SYMBOLS = symbols();

    private final List<Entry> dynamic = new ArrayList<>();
    private int size;
    private int maxSize = 4096;

    /** The entry at an index of the joint address space. */
    Entry get(int index) {
        if (index >= 1 && index <= STATIC_LENGTH) {
            return new Entry(STATIC[2 * index - 2], STATIC[2 * index - 1]);
        }
        int d = index - STATIC_LENGTH - 1;
        if (d < 0 || d >= dynamic.size()) {
            throw new IllegalStateException(
                    "HPACK index " + index + " (expected 1 to " + (STATIC_LENGTH + dynamic.size()) + ")");
        }
        return dynamic.get(d);
    }

    /** The index of the whole field, or 0. */
    int indexOf(String name, String value) {
        for (int i = 1; i <= STATIC_LENGTH + dynamic.size(); i++) {
            if (get(i).equals(new Entry(name, value))) {
                return i;
            }
        }
        return 0;
    }

    /** The lowest index of the name, or 0. */
    int indexOf(String name) {
        for (int i = 1; i <= STATIC_LENGTH + dynamic.size(); i++) {
            if (get(i).name().equals(name)) {
                return i;
            }
        }
        return 0;
    }

    void add(String name, String value) {
        Entry e = new Entry(name, value);
        dynamic.add(0, e);
        size += e.size();
        evict();
    }

    void maxSize(int bytes) {
        maxSize = bytes;
        evict();
    }

    private void evict() {
        while (size > maxSize) {
            size -= dynamic.remove(dynamic.size() - 1).size();
        }
    }

    /** Decodes a Huffman-coded string. */
    static String huffmanDecode(byte[] data, int from, int to) {
        StringBuilder s = new StringBuilder();
        int code = 0;
        int bits = 0;
        for (int i = from; i < to; i++) {
            for (int bit = 7; bit >= 0; bit--) {
                code = (code << 1) | ((data[i] >> bit) & 1);
                bits++;
                int symbol = symbol(code, bits);
                if (symbol == 256) {
                    throw new IllegalStateException("HPACK: the end-of-string symbol within a string");
                }
                if (symbol >= 0) {
                    s.append((char) symbol);
                    code = 0;
                    bits = 0;
                }
            }
        }
        if (bits > 7 || code != (1 << bits) - 1) {
            throw new IllegalStateException("HPACK: bad padding of a Huffman-coded string");
        }
        return s.toString();
    }

    /** The Huffman code of a string, padded with ones. */
    static byte[] huffmanEncode(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long pending = 0;
        int bits = 0;
        for (int i = 0; i < text.length(); i++) {
            int c = text.charAt(i);
            pending = (pending << HUFFMAN_LENGTHS[c]) | HUFFMAN_CODES[c];
            bits += HUFFMAN_LENGTHS[c];
            while (bits >= 8) {
                bits -= 8;
                out.write((int) (pending >> bits));
            }
        }
        if (bits > 0) {
            out.write((int) ((pending << (8 - bits)) | ((1 << (8 - bits)) - 1)));
        }
        return out.toByteArray();
    }

    private static int symbol(int code, int bits) {
        return SYMBOLS.getOrDefault(((long) bits << 32) | code, -1);
    }

    private static Map<Long, Integer> symbols() {
        Map<Long, Integer> symbols = new HashMap<>();
        for (int s = 0; s <= 256; s++) {
            symbols.put(((long) HUFFMAN_LENGTHS[s] << 32) | HUFFMAN_CODES[s], s);
        }
        return symbols;
    }

    private static int[] canonicalCodes() {
        int[] codes = new int[257];
        int code = 0;
        for (int length = 1; length <= 30; length++) {
            for (int s = 0; s <= 256; s++) {
                if (HUFFMAN_LENGTHS[s] == length) {
                    codes[s] = code++;
                }
            }
            code <<= 1;
        }
        return codes;
    }
}
