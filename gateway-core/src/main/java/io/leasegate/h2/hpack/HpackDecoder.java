package io.leasegate.h2.hpack;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.StaticFields;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The decoder of one connection (RFC 7541). Takes a block in any pieces: what is complete is decoded at once, and of a literal that
 * is not, only the string that is on its way is kept, if it can still have a place in the list or in the table. So memory is bounded
 * by the larger of the two limits. For the connection's event loop, whose interner it shares.
 *
 * <pre>
 *  REPRESENTATION -> indexed field, done
 *                 -> table size, done
 *                 -> literal -> [NAME_LENGTH -> NAME_TEXT] -> VALUE_LENGTH -> VALUE_TEXT -> done
 *  an integer that does not fit its first byte passes through INTEGER
 * </pre>
 */
public final class HpackDecoder {

    /** The size of the table until settings say otherwise (RFC 9113 section 6.5.2). */
    private static final int INITIAL_TABLE_BYTES = 4096;

    private static final int ENTRY_OVERHEAD = 32;

    /** Bits of the continuation bytes of an integer: more than these is more than 31 bits in any case. */
    private static final int MAX_SHIFT = 28;

    private enum State {
        REPRESENTATION,
        INTEGER,
        NAME_LENGTH,
        NAME_TEXT,
        VALUE_LENGTH,
        VALUE_TEXT
    }

    private enum Meaning {
        INDEX,
        TABLE_BYTES,
        NAME_INDEX,
        NAME_LENGTH,
        VALUE_LENGTH
    }

    private final FieldInterner interner;
    private final HuffmanDecoder huffman = new HuffmanDecoder();
    private final LiteralText text;
    private final DecoderEntries entries = new DecoderEntries(INITIAL_TABLE_BYTES);
    private final int advertisedTableBytes;
    private final int maxListBytes;

    private int maxTableBytes;
    private boolean tableUpdateDue;
    private boolean atStart;
    private long listBytes;

    private State state = State.REPRESENTATION;
    private Meaning meaning = Meaning.INDEX;
    private long integer;
    private int shift;
    private boolean coded;
    private boolean incremental;
    private boolean neverIndexed;

    /** Whose name the literal has; null when the name was too long to be kept. */
    private @Nullable HeaderField nameOf;

    private long nameLength;

    /** Whether the string that is being read is in {@link #text}. */
    private boolean inPieces;

    /**
     * @param tableBytes the SETTINGS_HEADER_TABLE_SIZE that the peer is told
     * @param maxListBytes the limit of the list's size by RFC 9113 section 6.5.2
     */
    public HpackDecoder(FieldInterner interner, int tableBytes, int maxListBytes) {
        this.interner = interner;
        this.advertisedTableBytes = tableBytes;
        this.maxListBytes = maxListBytes;
        // Until the peer has our settings, it may use what is the default.
        maxTableBytes = Math.max(tableBytes, INITIAL_TABLE_BYTES);
        text = new LiteralText(interner.text());
    }

    /**
     * The peer has acknowledged our settings. When they make the table smaller than it is, its next block must start with a table size
     * update (RFC 9113 section 4.3.1). Need not be called when the advertised size is the default or more.
     */
    public void settingsAcknowledged() {
        maxTableBytes = advertisedTableBytes;
        tableUpdateDue = entries.capacityBytes() > advertisedTableBytes;
    }

    /** Starts a block. */
    public void begin() {
        state = State.REPRESENTATION;
        atStart = true;
        listBytes = 0;
    }

    /**
     * Decodes all readable bytes of a fragment of the block, and appends its fields.
     *
     * @throws HpackException the connection is unusable: COMPRESSION_ERROR
     */
    public void decode(ByteBuf fragment, boolean endOfBlock, HeaderBlock into) throws HpackException {
        while (fragment.isReadable()) {
            int n = Math.min(fragment.readableBytes(), FieldInterner.CHUNK_BYTES);
            if (fragment.hasArray()) {
                int from = fragment.arrayOffset() + fragment.readerIndex();
                fragment.skipBytes(n);
                decode(fragment.array(), from, from + n, into);
            } else {
                fragment.readBytes(interner.chunk(), 0, n);
                decode(interner.chunk(), 0, n, into);
            }
        }
        if (endOfBlock && state != State.REPRESENTATION) {
            throw new HpackException("the header block ends inside of a field");
        }
    }

    /** The size of the list so far by RFC 9113 section 6.5.2, with what was not appended. */
    public long listBytes() {
        return listBytes;
    }

    /** Whether the list has more than it may, so that fields are missing in the block. */
    public boolean isTooLarge() {
        return listBytes > maxListBytes;
    }

    /** How many entries the dynamic table has. */
    int tableEntries() {
        return entries.count();
    }

    private void decode(byte[] in, int from, int end, HeaderBlock into) throws HpackException {
        int pos = from;
        while (pos < end) {
            if (state == State.REPRESENTATION) {
                int b = in[pos++];
                // 0x81 to 0xfe: the frequent case, an indexed field in one byte.
                if (b < -1 && b > Byte.MIN_VALUE) {
                    indexed(b & 0x7f, into);
                } else {
                    representation(b & 0xff, into);
                }
            } else if (state == State.NAME_TEXT || state == State.VALUE_TEXT) {
                pos = string(in, pos, end, into);
            } else {
                integerByte(in[pos++] & 0xff, into);
            }
        }
    }

    /** The first byte of a representation (section 6). */
    private void representation(int b, HeaderBlock into) throws HpackException {
        if (b >= 0x80) {
            beginInteger(Meaning.INDEX, b, 0x7f, into);
        } else if (b >= 0x20 && b < 0x40) {
            beginInteger(Meaning.TABLE_BYTES, b, 0x1f, into);
        } else {
            beginField();
            incremental = b >= 0x40;
            neverIndexed = b >= 0x10 && b < 0x20;
            beginInteger(Meaning.NAME_INDEX, b, incremental ? 0x3f : 0x0f, into);
        }
    }

    /** Fields come behind table size updates, and behind one that is due. */
    private void beginField() throws HpackException {
        if (atStart) {
            atStart = false;
            if (tableUpdateDue) {
                throw new HpackException("the block does not start with a table size update to at most "
                        + advertisedTableBytes + " bytes, which our settings ask for (RFC 9113 section 4.3.1)");
            }
        }
    }

    private void beginInteger(Meaning what, int b, int mask, HeaderBlock into) throws HpackException {
        integer = b & mask;
        if (integer < mask) {
            endInteger(what, into);
            return;
        }
        meaning = what;
        shift = 0;
        state = State.INTEGER;
    }

    /** A byte of a state that is neither a first byte nor text. */
    private void integerByte(int b, HeaderBlock into) throws HpackException {
        if (state != State.INTEGER) {
            coded = b >= 0x80;
            beginInteger(state == State.NAME_LENGTH ? Meaning.NAME_LENGTH : Meaning.VALUE_LENGTH, b, 0x7f, into);
            return;
        }
        integer += (long) (b & 0x7f) << shift;
        if (integer > Integer.MAX_VALUE || (shift == MAX_SHIFT && b >= 0x80)) {
            throw new HpackException("an integer has more than 31 bits");
        }
        shift += 7;
        if (b < 0x80) {
            endInteger(meaning, into);
        }
    }

    private void endInteger(Meaning what, HeaderBlock into) throws HpackException {
        int value = (int) integer;
        switch (what) {
            case INDEX -> {
                state = State.REPRESENTATION;
                indexed(value, into);
            }
            case TABLE_BYTES -> {
                state = State.REPRESENTATION;
                tableBytes(value);
            }
            case NAME_INDEX -> {
                if (value == 0) {
                    state = State.NAME_LENGTH;
                } else {
                    nameOf = entry(value);
                    nameLength = nameOf.name().length();
                    state = State.VALUE_LENGTH;
                }
            }
            case NAME_LENGTH, VALUE_LENGTH -> {
                state = what == Meaning.NAME_LENGTH ? State.NAME_TEXT : State.VALUE_TEXT;
                inPieces = false;
                if (value == 0) {
                    endOfString(interner.chunk(), 0, 0, into);
                }
            }
        }
    }

    /** How long a name and a value may be together to be of any use. */
    private long room() {
        long list = maxListBytes - listBytes;
        return Math.max(list, incremental ? entries.capacityBytes() : 0) - ENTRY_OVERHEAD;
    }

    private void tableBytes(int bytes) throws HpackException {
        if (!atStart) {
            throw new HpackException("a table size update follows a field; it must come first (RFC 7541 section 4.2)");
        }
        if (bytes > maxTableBytes) {
            throw new HpackException("a table size update to " + bytes + " bytes; our settings allow " + maxTableBytes);
        }
        if (bytes <= advertisedTableBytes) {
            tableUpdateDue = false;
        }
        entries.resize(bytes);
    }

    private HeaderField entry(int index) throws HpackException {
        HeaderField f;
        if (index > StaticFields.LENGTH) {
            f = entries.get(index - StaticFields.LENGTH - 1);
        } else {
            f = index == 0 ? null : StaticFields.at(index);
        }
        if (f == null) {
            throw new HpackException("index " + index + " names no entry; the tables have 1 to "
                    + (StaticFields.LENGTH + entries.count()));
        }
        return f;
    }

    /** An indexed field (section 6.1). */
    private void indexed(int index, HeaderBlock into) throws HpackException {
        beginField();
        HeaderField f = entry(index);
        if (index > StaticFields.LENGTH && !f.isRepeated() && !f.isNeverIndexed()) {
            f = interner.seenAgain(f);
            entries.replace(index - StaticFields.LENGTH - 1, f);
        }
        listBytes += f.listBytes();
        if (listBytes <= maxListBytes) {
            into.add(f);
        }
    }

    /** Bytes of a name or a value. */
    private int string(byte[] in, int from, int end, HeaderBlock into) throws HpackException {
        int length = (int) integer;
        if (!inPieces && length <= end - from) {
            int to = from + length;
            if (coded) {
                byte[] out = interner.text();
                huffman.begin();
                int n = huffman.end(out, huffman.decode(in, from, to, out, 0));
                endOfString(out, 0, n, into);
            } else {
                endOfString(in, from, length, into);
            }
            return to;
        }
        if (!inPieces) {
            inPieces = true;
            boolean isName = state == State.NAME_TEXT;
            text.begin(length, coded, isName ? room() : nameOf == null ? -1 : room() - nameLength);
        }
        int pos = text.add(in, from, end);
        if (text.isComplete()) {
            if (text.isTooLong()) {
                endOfSkippedString();
            } else {
                endOfString(text.bytes(), 0, (int) text.length(), into);
            }
            text.release();
        }
        return pos;
    }

    private void endOfString(byte[] bytes, int offset, int length, HeaderBlock into) {
        if (state == State.NAME_TEXT) {
            nameLength = length;
            nameOf = length > room() ? null : interner.name(bytes, offset, length);
            state = State.VALUE_LENGTH;
            return;
        }
        state = State.REPRESENTATION;
        long size = nameLength + length + ENTRY_OVERHEAD;
        listBytes += size;
        boolean inList = listBytes <= maxListBytes;
        if (nameOf != null && (inList || (incremental && size <= entries.capacityBytes()))) {
            HeaderField f = interner.field(nameOf, bytes, offset, length, neverIndexed);
            if (inList) {
                into.add(f);
            }
            if (incremental) {
                entries.add(f);
            }
        } else if (incremental) {
            // Larger than the table, which empties it (section 4.4).
            entries.clear();
        }
        nameOf = null;
    }

    private void endOfSkippedString() {
        if (state == State.NAME_TEXT) {
            nameLength = text.length();
            nameOf = null;
            state = State.VALUE_LENGTH;
            return;
        }
        state = State.REPRESENTATION;
        listBytes += nameLength + text.length() + ENTRY_OVERHEAD;
        if (incremental) {
            entries.clear();
        }
    }
}
