package io.leasegate.h2.hpack;

import io.leasegate.h2.FieldTraits;
import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.HeaderField;
import io.leasegate.h2.StaticFields;
import io.netty.buffer.ByteBuf;

/**
 * The encoder of one connection (RFC 7541). What is sent again and again ({@link HeaderField#isRepeated()}) enters the table, what is
 * unique to a call does not; of that, only a name that would have to be written out enters, with its first value. Strings are not
 * Huffman-coded. For the connection's event loop.
 *
 * <p>All clients of a loop may share a connection to an instance, so none of them may wash out the table: an entry that drives out
 * others has to be paid for, and every block brings a little to pay with. A name may use only what is more than a field needs.
 */
public final class HpackEncoder {

    /** As much of the peer's table is used; see docs/decisions.md. */
    private static final int MAX_TABLE_BYTES = 4096;

    private static final int DEFAULT_TABLE_BYTES = 4096;
    private static final int BUCKETS = 64;

    /** The part of the table that one field, or a name with its first value, may take. */
    private static final int FIELD_SHARE = 4;

    private static final int NAME_SHARE = 16;

    private static final int EVICTION_COST = 8;
    private static final int MAX_CREDIT = 64 * EVICTION_COST;

    private static final int INDEXED = 0x80;
    private static final int INCREMENTAL = 0x40;
    private static final int TABLE_BYTES = 0x20;
    private static final int NEVER_INDEXED = 0x10;
    private static final int NOT_INDEXED = 0;

    private final EncoderEntries entries = new EncoderEntries(DEFAULT_TABLE_BYTES, BUCKETS);
    private final BlockWriter writer;
    private int credit = MAX_CREDIT;

    /** The smallest and the last size that the peer has set since the last block, as far as they are used. */
    private int smallestTableBytes = DEFAULT_TABLE_BYTES;

    private int lastTableBytes = DEFAULT_TABLE_BYTES;

    /** An encoder for a peer whose table has the default size of 4096 bytes, with a writer that others of the loop use too. */
    public HpackEncoder(BlockWriter writer) {
        this.writer = writer;
    }

    /**
     * The peer's SETTINGS_HEADER_TABLE_SIZE has changed.
     *
     * @param bytes a 32-bit number without sign
     */
    public void maxTableBytes(int bytes) {
        lastTableBytes = bytes < 0 ? MAX_TABLE_BYTES : Math.min(bytes, MAX_TABLE_BYTES);
        smallestTableBytes = Math.min(smallestTableBytes, lastTableBytes);
    }

    /** Appends a whole header block to a buffer. */
    public void encode(HeaderBlock block, ByteBuf out) {
        if (smallestTableBytes != entries.capacityBytes() || lastTableBytes != smallestTableBytes) {
            updateTableBytes(out);
        }
        credit = Math.min(credit + 1, MAX_CREDIT);
        for (int i = 0; i < block.size(); i++) {
            encode(block.field(i), out);
        }
        writer.flush(out);
    }

    /** Both the smallest and the last size must be told (section 4.2). */
    private void updateTableBytes(ByteBuf out) {
        if (smallestTableBytes < entries.capacityBytes()) {
            entries.resize(smallestTableBytes);
            writer.integer(TABLE_BYTES, 5, smallestTableBytes, out);
        }
        if (lastTableBytes != entries.capacityBytes()) {
            entries.resize(lastTableBytes);
            writer.integer(TABLE_BYTES, 5, lastTableBytes, out);
        }
        smallestTableBytes = lastTableBytes;
    }

    private void encode(HeaderField f, ByteBuf out) {
        int traits = f.traits();
        if ((traits & FieldTraits.NEVER_INDEXED) != 0) {
            writeLiteral(out, NEVER_INDEXED, 4, nameIndex(f), f);
            return;
        }
        int index = FieldTraits.staticIndex(traits);
        if (index == 0) {
            int position = entries.find(f);
            if (position < 0) {
                encodeLiteral(f, out);
                return;
            }
            index = position + StaticFields.LENGTH + 1;
        }
        writer.integer(INDEXED, 7, index, out);
    }

    private void encodeLiteral(HeaderField f, ByteBuf out) {
        int name = nameIndex(f);
        if (f.isRepeated()
                ? isPaidFor(f, FIELD_SHARE, EVICTION_COST)
                : name == 0 && isPaidFor(f, NAME_SHARE, MAX_CREDIT / 2)) {
            writeLiteral(out, INCREMENTAL, 6, name, f);
            entries.add(f);
        } else {
            writeLiteral(out, NOT_INDEXED, 4, name, f);
        }
    }

    private boolean isPaidFor(HeaderField f, int share, int neededCredit) {
        int size = f.listBytes();
        if (size > entries.capacityBytes() / share) {
            return false;
        }
        if (size <= entries.freeBytes()) {
            return true;
        }
        if (credit < neededCredit) {
            return false;
        }
        credit -= EVICTION_COST;
        return true;
    }

    private int nameIndex(HeaderField f) {
        int index = FieldTraits.staticNameIndex(f.traits());
        if (index == 0) {
            int position = entries.findName(f);
            index = position < 0 ? 0 : position + StaticFields.LENGTH + 1;
        }
        return index;
    }

    private void writeLiteral(ByteBuf out, int pattern, int prefixBits, int nameIndex, HeaderField f) {
        writer.integer(pattern, prefixBits, nameIndex, out);
        if (nameIndex == 0) {
            writer.string(f.name(), out);
        }
        writer.string(f.value(), out);
    }
}
