package io.leasegate.h2.hpack;

import static io.leasegate.h2.hpack.Blocks.block;
import static io.leasegate.h2.hpack.Blocks.hex;
import static io.leasegate.h2.hpack.Blocks.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.leasegate.h2.HeaderBlock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a decoder refuses, what it forgives, and that neither a long list nor a cut costs memory or the state of the table. */
class HpackDecoderTest {

    private static final int LIST_LIMIT = 8192;

    private final HpackDecoder decoder = new HpackDecoder(new FieldInterner(), 4096, LIST_LIMIT);

    @ParameterizedTest(name = "{1}: {0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "80             | index 0 names no entry; the tables have 1 to 61",
                "be             | index 62 names no entry; the tables have 1 to 61",
                "ff ff 7f       | index 16510 names no entry; the tables have 1 to 61",
                "7f 00 01 61    | index 63 names no entry; the tables have 1 to 61",
                "0f 70 01 61    | index 127 names no entry; the tables have 1 to 61",
                "ff ff ff ff ff 08 | an integer has more than 31 bits",
                "ff 80 80 80 80 80 | an integer has more than 31 bits",
                "00 7f ff ff ff ff 7f | an integer has more than 31 bits",
                "3f ff ff ff ff ff 00 | an integer has more than 31 bits",
                "3f e2 1f       | a table size update to 4097 bytes; our settings allow 4096",
                "82 20          | a table size update follows a field; it must come first (RFC 7541 section 4.2)",
                "04 81 ff       | a Huffman-coded string ends with 8 bits that are no symbol; padding has at most 7",
                "04 82 1f ff    | a Huffman-coded string ends with 11 bits that are no symbol; padding has at most 7",
                "04 81 18       | the padding of a Huffman-coded string is not all ones (RFC 7541 section 5.2)",
                "04 84 ff ff ff ff | a Huffman-coded string contains the symbol EOS (RFC 7541 section 5.2)",
                "04 85 1f ff ff ff ff | a Huffman-coded string contains the symbol EOS (RFC 7541 section 5.2)",
                "00 81 ff 00    | a Huffman-coded string ends with 8 bits that are no symbol; padding has at most 7",
                "ff             | the header block ends inside of a field",
                "ff 80          | the header block ends inside of a field",
                "40             | the header block ends inside of a field",
                "40 01          | the header block ends inside of a field",
                "40 01 61       | the header block ends inside of a field",
                "40 01 61 02 61 | the header block ends inside of a field",
                "41             | the header block ends inside of a field",
                "41 81          | the header block ends inside of a field",
                "3f             | the header block ends inside of a field",
            })
    void refuses(String bytes, String message) {
        for (int cut = 0; cut <= bytes.replace(" ", "").length() / 2; cut++) {
            HpackDecoder d = new HpackDecoder(new FieldInterner(), 4096, LIST_LIMIT);
            ByteBuf all = hex(bytes);
            ByteBuf first = all.readSlice(cut);
            HeaderBlock into = new HeaderBlock();
            d.begin();
            assertThatThrownBy(() -> {
                        d.decode(first, false, into);
                        d.decode(all, true, into);
                    })
                    .as("cut after %d bytes", cut)
                    .isInstanceOf(HpackException.class)
                    .hasMessageStartingWith(message);
        }
    }

    @Test
    void theLargestIntegersAreNoErrors() throws HpackException {
        // Five continuation bytes, leading zeros among them: 127 + 0.
        assertThat(text(Blocks.decode(decoder, hex("00 7f 80 80 80 80 00" + "61".repeat(127) + "00"))))
                .isEqualTo("a".repeat(127) + ": \n");
        assertThatThrownBy(() -> Blocks.decode(decoder, hex("ff 80 ff ff ff 07")))
                .hasMessage("index 2147483647 names no entry; the tables have 1 to 61");
    }

    @Test
    void emptyBlocksAndEmptyStringsAreNoErrors() throws HpackException {
        assertThat(Blocks.decode(decoder, Unpooled.EMPTY_BUFFER).size()).isZero();
        assertThat(text(block().literal("", "").incremental("", "v").indexed(62).decode(decoder)))
                .isEqualTo(": \n: v\n: v\n");
        // Huffman-coded and empty.
        assertThat(text(Blocks.decode(decoder, hex("00 80 80 44 80 be")))).isEqualTo(": \n:path: \n:path: \n");
    }

    @Test
    void aNameMayComeFromTheEntryThatItDrivesOut() throws HpackException {
        block().tableBytes(64).incremental("name", "x".repeat(28)).decode(decoder);
        assertThat(text(block().incremental(62, "y".repeat(28)).indexed(62).decode(decoder)))
                .isEqualTo(("name: " + "y".repeat(28) + "\n").repeat(2));
        assertThat(decoder.tableEntries()).isEqualTo(1);
    }

    @Test
    void tableSizeUpdatesEvictAndGiveRoomAgain() throws HpackException {
        block().incremental("a", "1").incremental("b", "2").decode(decoder);
        assertThat(decoder.tableEntries()).isEqualTo(2);
        block().tableBytes(34).decode(decoder);
        assertThat(decoder.tableEntries()).isEqualTo(1);
        block().tableBytes(0).tableBytes(4096).incremental("c", "3").decode(decoder);
        assertThat(text(block().indexed(62).decode(decoder))).isEqualTo("c: 3\n");
        assertThat(decoder.tableEntries()).isEqualTo(1);
    }

    @Test
    void anEntryLargerThanTheTableEmptiesIt() throws HpackException {
        HeaderBlock b = block().incremental("a", "1")
                .incremental("large", "v".repeat(4096))
                .decode(decoder);
        assertThat(b.size()).isEqualTo(2);
        assertThat(decoder.tableEntries()).isZero();
        block().tableBytes(0).incremental("a", "1").decode(decoder);
        assertThat(decoder.tableEntries()).isZero();
    }

    @Test
    void theTableStartsWithTheDefaultSizeWhateverWeAdvertise() throws HpackException {
        HpackDecoder large = new HpackDecoder(new FieldInterner(), 65536, LIST_LIMIT);
        block().incremental("a", "1")
                .incremental("b", "v".repeat(4096 - 33 - 1))
                .decode(large);
        assertThat(large.tableEntries()).as("both do not fit 4096 bytes").isEqualTo(1);
        block().tableBytes(65536)
                .incremental("a", "1")
                .incremental("b", "v".repeat(4096))
                .decode(large);
        assertThat(large.tableEntries()).isEqualTo(3);
    }

    @Test
    void aSmallerTableIsAskedForOnceTheSettingsAreAcknowledged() throws HpackException {
        HpackDecoder small = new HpackDecoder(new FieldInterner(), 100, LIST_LIMIT);
        // The peer has not seen our settings yet.
        block().tableBytes(4096)
                .incremental("a", "1")
                .incremental("b", "2")
                .incremental("c", "3")
                .decode(small);
        small.settingsAcknowledged();
        assertThatThrownBy(() -> block().indexed(62).decode(small))
                .hasMessage("the block does not start with a table size update to at most 100 bytes, which our settings"
                        + " ask for (RFC 9113 section 4.3.1)");
        assertThat(text(block().tableBytes(100).indexed(62).decode(small))).isEqualTo("c: 3\n");
        assertThat(small.tableEntries()).isEqualTo(2);
        assertThatThrownBy(() -> block().tableBytes(101).decode(small))
                .hasMessage("a table size update to 101 bytes; our settings allow 100");
    }

    @Test
    void withoutASmallerTableAcknowledgedSettingsChangeNothing() throws HpackException {
        decoder.settingsAcknowledged();
        assertThat(text(block().indexed(2).decode(decoder))).isEqualTo(":method: GET\n");
    }

    @Test
    void aListAboveTheLimitLosesFieldsButNotTheTable() throws HpackException {
        String half = "v".repeat(4000);
        HeaderBlock b = block().literal("a", half)
                .literal("b", half)
                .literal("c", half)
                .incremental("d", "kept in the table")
                .indexed(2)
                .decode(decoder);
        assertThat(text(b)).isEqualTo("a: " + half + "\nb: " + half + "\n");
        assertThat(decoder.isTooLarge()).isTrue();
        assertThat(decoder.listBytes()).isEqualTo(3 * (1 + 4000 + 32) + (1 + 17 + 32) + (7 + 3 + 32));
        assertThat(text(block().indexed(62).decode(decoder))).isEqualTo("d: kept in the table\n");
        assertThat(decoder.isTooLarge()).isFalse();
        assertThat(decoder.listBytes()).isEqualTo(1 + 17 + 32);
    }

    @Test
    void aListOfExactlyTheLimitIsWhole() throws HpackException {
        String value = "v".repeat(LIST_LIMIT - 33);
        assertThat(block().literal("a", value).decode(decoder).size()).isEqualTo(1);
        assertThat(decoder.isTooLarge()).isFalse();
        assertThat(block().literal("ab", value).decode(decoder).size()).isZero();
        assertThat(decoder.isTooLarge()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 33, 34, 60, 100})
    void aListLimitBelowTheTableSizeKeepsTheTableRight(int listLimit) throws HpackException {
        HpackDecoder d = new HpackDecoder(new FieldInterner(), 4096, listLimit);
        List<String> expected = new ArrayList<>();
        for (int length = 0; length < 100; length += 7) {
            String value = "v".repeat(length);
            // In fragments of one byte, so that the limit of what is kept is in play as well.
            ByteBuf bytes = block().incremental("n" + length, value).bytes();
            HeaderBlock into = new HeaderBlock();
            d.begin();
            while (bytes.isReadable()) {
                d.decode(bytes.readSlice(1), !bytes.isReadable(), into);
            }
            boolean fits = ("n" + length).length() + length + 32 <= listLimit;
            assertThat(into.size()).as("%d in the list", length).isEqualTo(fits ? 1 : 0);
            assertThat(d.isTooLarge()).isEqualTo(!fits);
            expected.add(0, "n" + length + ": " + value);
        }
        assertThat(d.tableEntries()).isEqualTo(expected.size());
        // Each entry by its name, with a value that fits where the entry itself does not.
        for (int i = 0; i < expected.size(); i++) {
            HeaderBlock b = block().indexed(62 + i).decode(d);
            if (!d.isTooLarge()) {
                assertThat(text(b)).isEqualTo(expected.get(i) + "\n");
            }
            assertThat(d.listBytes()).isEqualTo(expected.get(i).length() - 2 + 32);
        }
    }

    /** A few bytes that stand for many: each index adds a field of 4000 bytes to the list. */
    @Test
    void aBombOfIndexedFieldsCostsNothing() throws HpackException {
        block().incremental("a", "v".repeat(4000)).decode(decoder);
        ByteBuf bomb = Unpooled.buffer();
        bomb.writeBytes(new byte[] {(byte) 0xbe}).ensureWritable(1 << 20);
        while (bomb.readableBytes() < 1 << 20) {
            bomb.writeByte(0xbe);
        }
        HeaderBlock into = new HeaderBlock();
        decoder.begin();
        long before = allocatedBytes();
        decoder.decode(bomb, true, into);
        assertThat(allocatedBytes() - before).isLessThan(64 * 1024);
        assertThat(into.size()).isEqualTo(2);
        assertThat(decoder.listBytes()).isEqualTo((1 << 20) * 4033L);
        assertThat(text(block().indexed(2).decode(decoder))).isEqualTo(":method: GET\n");
    }

    /** A literal of 60 MiB in frames of 16 KiB, plain and Huffman-coded, as a value, as a name, as both. */
    @ParameterizedTest
    @ValueSource(strings = {"40 01 61 P", "40 01 61 H", "40 P 01 61", "40 H 01 61", "40 H H", "00 P P", "10 H P"})
    void aBombOfOneLiteralIsSkippedInPassing(String form) throws HpackException {
        block().incremental("a", "1").decode(decoder);
        int size = 60 << 20;
        HeaderBlock into = new HeaderBlock();
        decoder.begin();
        long before = allocatedBytes();
        for (String part : form.split(" ", -1)) {
            if (part.equals("P") || part.equals("H")) {
                int coded = part.equals("H") ? 0x80 : 0;
                decoder.decode(block().integer(coded, 7, size).bytes(), false, into);
                // Zero bits are the code of "0", five each, so the string ends with a whole one.
                ByteBuf frame = Unpooled.wrappedBuffer(new byte[16384]);
                for (int sent = 0; sent < size; sent += 16384) {
                    decoder.decode(frame.readerIndex(0), false, into);
                }
            } else {
                decoder.decode(hex(part), false, into);
            }
        }
        decoder.decode(Unpooled.EMPTY_BUFFER, true, into);
        assertThat(allocatedBytes() - before).isLessThan(256 * 1024);
        assertThat(into.size()).isZero();
        assertThat(decoder.isTooLarge()).isTrue();
        assertThat(decoder.listBytes()).isGreaterThan(size);
        assertThat(decoder.tableEntries()).isEqualTo(form.startsWith("40") ? 0 : 1);
        assertThat(text(block().incremental("b", "2").indexed(62).decode(decoder)))
                .isEqualTo("b: 2\n".repeat(2));
    }

    @Test
    void errorsInsideOfASkippedStringAreStillErrors() throws HpackException {
        decoder.begin();
        HeaderBlock into = new HeaderBlock();
        decoder.decode(
                block().integer(0x40, 6, 0)
                        .string("a")
                        .integer(0x80, 7, 1 << 20)
                        .bytes(),
                false,
                into);
        byte[] zeros = new byte[16384];
        decoder.decode(Unpooled.wrappedBuffer(zeros), false, into);
        assertThatThrownBy(() -> decoder.decode(hex("ff ff ff ff ff"), false, into))
                .hasMessageStartingWith("a Huffman-coded string contains the symbol EOS");
    }

    /** A peer that announces much and sends little gets no more memory than it has sent, twice over. */
    @Test
    void memoryComesWithTheBytesNotWithTheirAnnouncement() throws HpackException {
        HpackDecoder roomy = new HpackDecoder(new FieldInterner(), 4096, 16 << 20);
        HeaderBlock into = new HeaderBlock();
        roomy.begin();
        roomy.decode(block().literal("warm", "up").bytes(), false, into);
        ByteBuf start = block().integer(0, 4, 0)
                .string("a")
                .integer(0, 7, 15 << 20)
                .string("only so much")
                .bytes();
        long before = allocatedBytes();
        roomy.decode(start, false, into);
        assertThat(allocatedBytes() - before).isLessThan(16 * 1024);
    }

    @Test
    void neverIndexedFieldsStaySo() throws HpackException {
        HeaderBlock b = block().neverIndexed("a", "1").literal("a", "1").decode(decoder);
        assertThat(b.field(0).isNeverIndexed()).isTrue();
        assertThat(b.field(1).isNeverIndexed()).isFalse();
        // Credentials are, whatever the peer does with them.
        HeaderBlock c = block().incremental("authorization", "secret")
                .indexed(62)
                .literal("cookie", "a=b")
                .literal("proxy-authorization", "secret")
                .literal("set-cookie", "a=b")
                .decode(decoder);
        for (int i = 0; i < c.size(); i++) {
            assertThat(c.field(i).isNeverIndexed()).as("%s", c.field(i).name()).isTrue();
        }
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
