package io.leasegate.h2.codec;

import io.leasegate.h2.HeaderBlock;
import io.leasegate.h2.Http2Error;
import io.leasegate.h2.Violation;
import io.leasegate.h2.hpack.FieldInterner;
import io.leasegate.h2.hpack.HpackDecoder;
import io.leasegate.h2.hpack.HpackException;
import io.netty.buffer.ByteBuf;

/**
 * The header section that a connection is reading: HEADERS and the CONTINUATION frames behind it. Used on the connection's event loop.
 *
 * <p>A section above the limit is decoded to its end, since the compression tables depend on it, and ends its stream alone; one far above
 * it ends the connection.
 */
final class HeaderSection {

    private static final int MAX_SECTION_FACTOR = 16;
    private static final int MIN_SECTION_BYTES = 1 << 20;

    private final HpackDecoder decoder;
    private final long maxSectionBytes;

    /** A request is kept until its call has ended; all other sections are handed on at once, and share a block. */
    private final HeaderBlock reusedBlock = new HeaderBlock();

    private HeaderBlock block = reusedBlock;
    private int streamId;
    private boolean endStream;
    private boolean selfDependent;
    private long encodedBytes;

    HeaderSection(FieldInterner interner, int maxHeaderListBytes) {
        decoder = new HpackDecoder(interner, Frames.DEFAULT_TABLE_BYTES, maxHeaderListBytes);
        maxSectionBytes = Math.max(MIN_SECTION_BYTES, (long) maxHeaderListBytes * MAX_SECTION_FACTOR);
    }

    void begin(int newStreamId, boolean withEndStream, boolean dependsOnItself, boolean opensStream) {
        streamId = newStreamId;
        endStream = withEndStream;
        selfDependent = dependsOnItself;
        encodedBytes = 0;
        block = opensStream ? new HeaderBlock(16) : reusedBlock;
        block.clear();
        decoder.begin();
    }

    void add(ByteBuf fragment, boolean last) throws ConnectionException {
        encodedBytes += fragment.readableBytes();
        if (encodedBytes > maxSectionBytes) {
            throw ConnectionException.calm(
                    Violation.HEADER_FLOOD,
                    "a header section of more than " + maxSectionBytes + " encoded bytes (max-header-list)");
        }
        try {
            decoder.decode(fragment, last, block);
        } catch (HpackException e) {
            throw new ConnectionException(Http2Error.COMPRESSION_ERROR, String.valueOf(e.getMessage()));
        }
    }

    int streamId() {
        return streamId;
    }

    boolean endStream() {
        return endStream;
    }

    /** Whether its priority fields make the stream depend on itself. */
    boolean isSelfDependent() {
        return selfDependent;
    }

    /** The fields, as far as they fit the limit. */
    HeaderBlock block() {
        return block;
    }

    /** The size of the whole list (RFC 9113 section 6.5.2). */
    long listBytes() {
        return decoder.listBytes();
    }

    boolean isTooLarge() {
        return decoder.isTooLarge();
    }
}
