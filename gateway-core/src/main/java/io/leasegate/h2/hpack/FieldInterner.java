package io.leasegate.h2.hpack;

import io.leasegate.h2.FieldHash;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.StaticFields;
import org.jspecify.annotations.Nullable;

/**
 * One object for each field and each name that the clients and instances of an event loop send again and again, and the mark of those
 * that are worth an entry in the compression tables of the other side. Used on that loop only.
 *
 * <p>It is shared by peers that do not trust each other, so:
 *
 * <ul>
 *   <li>A keyed hash ({@link FieldHash}) chooses the set of {@link #WAYS} places that a field may have, so nobody can aim at another's.
 *       There are {@link #PLACES} places for fields of up to {@link #MAX_FIELD_BYTES} bytes, names among them; it never holds more.
 *   <li>What is seen for the first time only leaves a trace of its hash at the door. Values that are unique to a call do not get in (but
 *       for one in 65,536).
 *   <li>What was seen twice takes the weakest place of its set, if that has no uses left. A hit adds a use, up to {@link #MAX_USES}; a
 *       newcomer that is turned away takes one of the weakest. Every {@link #AGING_LOOKUPS} look-ups all uses are halved, so that what nobody
 *       uses any more makes room, while a field that is a small part of the traffic, {@link #MAX_USES} in so many, stays.
 *   <li>Never-indexed fields, which credentials always are, are not looked up at all.
 * </ul>
 *
 * <p>A field that was seen {@link #PROMOTION_USES} + 1 times while it was known is replaced by its {@link HeaderField#repeated()} form.
 */
public final class FieldInterner {

    static final int MAX_FIELD_BYTES = 256;
    static final int PLACES = 2048;
    static final int WAYS = 4;
    static final int MAX_USES = 15;
    static final int AGING_LOOKUPS = 1 << 17;
    static final int PROMOTION_USES = 3;

    /** So much of a block is decoded at a time: what lies in it whole needs no copy of its own. */
    static final int CHUNK_BYTES = 4096;

    private static final int DOOR = 1 << 14;

    private final @Nullable HeaderField[] fields = new @Nullable HeaderField[PLACES];
    private final int[] hashes = new int[PLACES];
    private final byte[] uses = new byte[PLACES];
    private final short[] door = new short[DOOR];
    private int lookupsToAging = AGING_LOOKUPS;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private final byte[] text = new byte[HuffmanDecoder.maxOutput(CHUNK_BYTES)];

    /** An interner of its own for an event loop. */
    public FieldInterner() {}

    /** For the bytes of a block while they are decoded; belongs to nobody afterwards. */
    byte[] chunk() {
        return chunk;
    }

    /** For a Huffman-coded string while it is decoded; has room for what comes out of a chunk. */
    byte[] text() {
        return text;
    }

    /** A name as a field with an empty value. */
    HeaderField name(byte[] bytes, int offset, int length) {
        int nameHash = FieldHash.of(bytes, offset, length);
        HeaderField known = StaticFields.findName(bytes, offset, length, nameHash);
        if (known != null) {
            return known;
        }
        int hash = HeaderField.hashOfName(nameHash);
        int set = firstPlace(hash);
        for (int i = set; i < set + WAYS; i++) {
            HeaderField f = hashes[i] == hash ? fields[i] : null;
            if (f != null && f.value().isEmpty() && f.isNamed(bytes, offset, length)) {
                return used(i, f);
            }
        }
        HeaderField f = HeaderField.ofUnknownName(bytes, offset, length, nameHash);
        if (length <= MAX_FIELD_BYTES) {
            admit(f);
        }
        return f;
    }

    /** The field with the name of another and a value. */
    HeaderField field(HeaderField nameOf, byte[] bytes, int offset, int length, boolean neverIndexed) {
        int valueHash = FieldHash.of(bytes, offset, length);
        if (neverIndexed || nameOf.isNeverIndexed() || nameOf.name().length() + length > MAX_FIELD_BYTES) {
            return nameOf.withValue(bytes, offset, length, valueHash, neverIndexed);
        }
        if (--lookupsToAging == 0) {
            age();
        }
        int hash = nameOf.hashWith(valueHash);
        int set = firstPlace(hash);
        for (int i = set; i < set + WAYS; i++) {
            HeaderField f = hashes[i] == hash ? fields[i] : null;
            if (f != null && f.hasNameOf(nameOf) && f.hasValue(bytes, offset, length)) {
                return used(i, f);
            }
        }
        HeaderField f = nameOf.withValue(bytes, offset, length, valueHash, false);
        admit(f);
        return f;
    }

    /** The field to use from now on for one that a peer has referred to as an entry of its table. */
    HeaderField seenAgain(HeaderField f) {
        if (f.name().length() + f.value().length() > MAX_FIELD_BYTES) {
            return f.repeated();
        }
        int set = firstPlace(f.hash());
        for (int i = set; i < set + WAYS; i++) {
            HeaderField mine = hashes[i] == f.hash() ? fields[i] : null;
            if (mine != null && mine.isSameAs(f)) {
                return used(i, mine);
            }
        }
        admit(f);
        return f;
    }

    private HeaderField used(int place, HeaderField f) {
        int n = uses[place];
        if (n == MAX_USES) {
            return f;
        }
        uses[place] = (byte) (n + 1);
        if (n + 1 < PROMOTION_USES || f.isRepeated()) {
            return f;
        }
        HeaderField repeated = f.repeated();
        fields[place] = repeated;
        return repeated;
    }

    private void age() {
        lookupsToAging = AGING_LOOKUPS;
        for (int i = 0; i < PLACES; i++) {
            uses[i] >>= 1;
        }
    }

    private void admit(HeaderField f) {
        int hash = f.hash();
        int d = hash & DOOR - 1;
        short trace = (short) (hash >>> 16);
        if (door[d] != trace) {
            door[d] = trace;
            return;
        }
        int set = firstPlace(hash);
        int place = set;
        for (int i = set + 1; i < set + WAYS; i++) {
            if (uses[i] < uses[place]) {
                place = i;
            }
        }
        if (uses[place] > 0) {
            uses[place]--;
            return;
        }
        fields[place] = f;
        hashes[place] = hash;
        uses[place] = 1;
    }

    private static int firstPlace(int hash) {
        return hash * WAYS & PLACES - 1;
    }
}
