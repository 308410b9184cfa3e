package io.leasegate.h2.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.leasegate.h2.Http2Error;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames that RFC 9113 section 6 forbids by themselves; what the legal ones say is FramesFuzz's. */
class FrameParserTest {

    private static final String SETTINGS = "000000 04 00 00000000 ";

    private final FrameRecorder heard = new FrameRecorder();
    private final FrameParser parser = new FrameParser(heard, false, 16_384);

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "DATA on stream 0, 1, 000000 00 00 00000000",
        "padded DATA without a pad length, 6, 000000 00 08 00000001",
        "DATA that is padding alone and more, 1, 000001 00 08 00000001 01",
        "HEADERS on stream 0, 1, 000000 01 04 00000000",
        "HEADERS too short for a priority, 6, 000004 01 24 00000001",
        "HEADERS with more padding than payload, 1, 000002 01 0c 00000001 02 82",
        "RST_STREAM on stream 0, 1, 000004 03 00 00000000 00000008",
        "RST_STREAM of 3 bytes, 6, 000003 03 00 00000001 000008",
        "SETTINGS on a stream, 1, 000000 04 00 00000001",
        "SETTINGS of 5 bytes, 6, 000005 04 00 00000000",
        "an acknowledgement with settings, 6, 000006 04 01 00000000",
        "PUSH_PROMISE, 1, 000004 05 04 00000001 00000002",
        "PING of 7 bytes, 6, 000007 06 00 00000000",
        "PING on a stream, 1, 000008 06 00 00000001",
        "GOAWAY on a stream, 1, 000008 07 00 00000001",
        "GOAWAY of 7 bytes, 6, 000007 07 00 00000000",
        "WINDOW_UPDATE of 5 bytes, 6, 000005 08 00 00000000",
        "CONTINUATION without HEADERS, 1, 000000 09 04 00000001",
        "CONTINUATION of another stream, 1, 000000 01 00 00000001 000000 09 04 00000003",
        "DATA inside of a header section, 1, 000000 01 00 00000001 000000 00 00 00000001",
        "an unknown frame inside of a header section, 1, 000000 01 00 00000001 000000 ee 00 00000001",
        "a frame longer than we allow, 6, 004001 00 00 00000001",
        "an unknown frame longer than we allow, 6, 004001 ee 00 00000001"
    })
    void breaksTheConnection(String what, long errorCode, String hex) {
        assertThatExceptionOfType(ConnectionException.class)
                .as(what)
                .isThrownBy(() -> parse(SETTINGS + hex))
                .satisfies(e -> assertThat(e.errorCode()).isEqualTo(errorCode));
    }

    @ParameterizedTest
    @CsvSource({"000000 04 01 00000000", "000008 06 00 00000000 0000000000000000", "000000 00 00 00000001"})
    void theFirstFrameIsSettings(String hex) {
        assertThatExceptionOfType(ConnectionException.class)
                .isThrownBy(() -> parse(hex))
                .satisfies(e -> assertThat(e.errorCode()).isEqualTo(Http2Error.PROTOCOL_ERROR));
    }

    /** What a stalled peer owes: a frame or a section, but not the rest of DATA, which flow control may hold up. */
    @Test
    void isMidwayInsideOfFramesAndSections() throws ConnectionException {
        parse(SETTINGS);
        assertThat(parser.isMidway()).isFalse();
        parse("00");
        assertThat(parser.isMidway()).as("in a frame header").isTrue();
        parse("0004 00 00 00000001");
        assertThat(parser.isMidway()).as("in DATA").isFalse();
        parse("01020304 000000 01 00 00000003");
        assertThat(parser.isMidway()).as("between HEADERS and CONTINUATION").isTrue();
        parse("000001 09 04 00000003 82");
        assertThat(parser.isMidway()).isFalse();
    }

    /** Reserved bits mean nothing (sections 4.1, 6.8, 6.9). */
    @Test
    void reservedBitsAreIgnored() throws ConnectionException {
        parse(SETTINGS + "000004 08 00 80000003 80000005 000008 07 00 80000000 80000007 00000002");
        assertThat(heard.toString()).contains("WINDOW_UPDATE 3 5", "GOAWAY 7 2 ");
    }

    @Test
    void debugDataIsBoundedAndPrintable() throws ConnectionException {
        parse(SETTINGS + "000188 07 00 00000000 00000000 00000000 0a41" + "42".repeat(0x188 - 10));
        assertThat(heard.toString()).contains("GOAWAY 0 0 ?A" + "B".repeat(254) + "\n");
    }

    private void parse(String hex) throws ConnectionException {
        ByteBuf bytes = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex.replace(" ", "")));
        parser.parse(bytes);
        assertThat(bytes.isReadable()).isFalse();
    }
}
