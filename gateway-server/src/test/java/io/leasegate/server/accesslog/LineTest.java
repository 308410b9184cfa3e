package io.leasegate.server.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leasegate.proxy.Outcome;
import io.leasegate.server.testkit.Allocation;
import io.leasegate.server.testkit.FakeCall;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LineTest {

    private static final DateTimeFormatter ISO =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private static String line(AccessLogFormat format, FakeCall call) {
        Line line = new Line();
        LineFormat.of(format).write(call, line);
        return new String(line.bytes(), 0, line.length(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void textOfAnAnsweredCall() {
        assertThat(line(AccessLogFormat.TEXT, new FakeCall()))
                .isEqualTo("2026-01-02T03:04:05.678Z OK 0 echo /demo.Echo/Say 127.0.0.1:50051 1.234ms attempts=1"
                        + " routed=0.010ms sent=0.025ms first=1.100ms in=12 out=3456 authority=echo.local:8080"
                        + " from=10.0.0.9:41000 identity=- listener=main revision=42 id=0af7651916cd43dd\n");
    }

    @Test
    void textOfACallWithoutService() {
        assertThat(line(AccessLogFormat.TEXT, FakeCall.unrouted()))
                .isEqualTo(
                        "2026-01-02T03:04:05.678Z NS 12 - /demo.Echo/Say - 1.234ms attempts=0 routed=- sent=- first=-"
                                + " in=0 out=0 authority=- from=10.0.0.9:41000 identity=- listener=main revision=42 id=0af7651916cd43dd"
                                + " detail=\"no service for this request: nothing is registered as 'x'\"\n");
    }

    @Test
    void jsonOfAnAnsweredCall() {
        assertThat(line(AccessLogFormat.JSON, new FakeCall()))
                .isEqualTo("{\"time\":\"2026-01-02T03:04:05.678Z\",\"outcome\":\"OK\",\"outcomeName\":\"ok\","
                        + "\"grpcStatus\":0,\"service\":\"echo\",\"method\":\"/demo.Echo/Say\","
                        + "\"authority\":\"echo.local:8080\",\"instance\":\"127.0.0.1:50051\",\"attempts\":1,"
                        + "\"routedMillis\":0.010,\"sentMillis\":0.025,\"firstResponseMillis\":1.100,"
                        + "\"totalMillis\":1.234,\"requestBytes\":12,\"responseBytes\":3456,"
                        + "\"requestId\":\"0af7651916cd43dd\",\"downstream\":\"10.0.0.9:41000\",\"identity\":null,\"listener\":\"main\","
                        + "\"revision\":42,\"detail\":null}\n");
    }

    @Test
    void jsonOfACallWithoutService() {
        assertThat(line(AccessLogFormat.JSON, FakeCall.unrouted()))
                .isEqualTo(
                        "{\"time\":\"2026-01-02T03:04:05.678Z\",\"outcome\":\"NS\",\"outcomeName\":\"no_service\","
                                + "\"grpcStatus\":12,\"service\":null,\"method\":\"/demo.Echo/Say\",\"authority\":\"\","
                                + "\"instance\":null,\"attempts\":0,\"routedMillis\":null,\"sentMillis\":null,"
                                + "\"firstResponseMillis\":null,\"totalMillis\":1.234,\"requestBytes\":0,\"responseBytes\":0,"
                                + "\"requestId\":\"0af7651916cd43dd\",\"downstream\":\"10.0.0.9:41000\",\"identity\":null,\"listener\":\"main\","
                                + "\"revision\":42,\"detail\":\"no service for this request: nothing is registered as 'x'\"}\n");
    }

    @Test
    void aCallerThatLeftHasNoStatus() {
        FakeCall call = new FakeCall();
        call.outcome = Outcome.DOWNSTREAM_CANCELLED;
        call.grpcStatus = -1;
        assertThat(line(AccessLogFormat.TEXT, call)).contains("Z DC - echo ");
        assertThat(line(AccessLogFormat.JSON, call))
                .contains("\"outcomeName\":\"downstream_cancelled\",\"grpcStatus\":null,");
    }

    @Test
    void hostileBytesComeBackFromJsonAsTheyWere() throws Exception {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 256; c++) {
            all.append(c);
        }
        FakeCall call = new FakeCall();
        call.path = new AsciiString(all.toString().getBytes(StandardCharsets.ISO_8859_1));
        call.authority = "a\",\"outcome\":\"forged";
        call.requestId = "x\n{\"time\":\"forged\"}\n";
        call.service = "d\u00e9mo-\ud83d\ude00-\ud800";
        call.detail = "\u001b[31mred";
        String line = line(AccessLogFormat.JSON, call);

        assertThat(line).matches("[\\x20-\\x7e]+\\n");
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(json.path("method").asText()).isEqualTo(all.toString());
        assertThat(json.path("authority").asText()).isEqualTo(call.authority);
        assertThat(json.path("requestId").asText()).isEqualTo(call.requestId);
        assertThat(json.path("service").asText()).isEqualTo("d\u00e9mo-\ud83d\ude00-\ufffd");
        assertThat(json.path("detail").asText()).isEqualTo(call.detail);
        assertThat(json.path("outcome").asText()).isEqualTo("OK");
    }

    @Test
    void hostileBytesForgeNoTextLineAndNoColumn() {
        FakeCall call = new FakeCall();
        call.path = "/a b\r\n2026-01-01T00:00:00Z OK 0";
        call.authority = "- from=1.2.3.4:5";
        call.requestId = "-";
        String line = line(AccessLogFormat.TEXT, call);
        assertThat(line).matches("[\\x20-\\x7e]+\\n");
        assertThat(line)
                .contains(" echo \"/a b\\u000d\\u000a2026-01-01T00:00:00Z OK 0\" ")
                .contains(" authority=\"- from=1.2.3.4:5\" ")
                .contains(" id=\"-\"");
    }

    @ParameterizedTest
    @EnumSource(AccessLogFormat.class)
    void longValuesAreCutAndTheLineFits(AccessLogFormat format) {
        FakeCall call = new FakeCall();
        String huge = "\u0001".repeat(100_000);
        call.path = huge;
        call.authority = huge;
        call.requestId = huge;
        call.service = huge;
        call.endpointAddress = huge;
        call.downstreamAddress = huge;
        call.listener = huge;
        call.identity = huge;
        call.detail = huge;
        call.attempts = Integer.MIN_VALUE;
        call.revision = Long.MIN_VALUE;
        call.requestBytes = Long.MIN_VALUE;
        call.totalNanos = Long.MAX_VALUE;
        String line = line(format, call);
        assertThat(line).endsWith("\n").contains("\\u0001...\"").contains(Long.toString(Long.MIN_VALUE));
    }

    @Test
    void timesAsTheLibraryWritesThem() {
        Random random = new Random(1);
        Line line = new Line();
        for (int i = 0; i < 20_000; i++) {
            long millis = (long) (random.nextDouble() * 253_402_300_799_999L);
            line.clear();
            line.time(millis);
            assertThat(new String(line.bytes(), 0, line.length(), StandardCharsets.US_ASCII))
                    .isEqualTo(ISO.format(Instant.ofEpochMilli(millis)));
        }
    }

    @Test
    void numbersAsTheLibraryWritesThem() {
        Line line = new Line();
        for (long n : new long[] {0, 1, 9, 10, -1, 99, 100, Long.MAX_VALUE, Long.MIN_VALUE, 1_000_000_007}) {
            line.clear();
            line.number(n);
            assertThat(new String(line.bytes(), 0, line.length(), StandardCharsets.US_ASCII))
                    .isEqualTo(Long.toString(n));
        }
    }

    @ParameterizedTest
    @EnumSource(AccessLogFormat.class)
    void aLineMakesNoGarbage(AccessLogFormat format) {
        FakeCall call = new FakeCall();
        call.path = new AsciiString("/demo.Echo/Say");
        call.detail = "a \"detail\"";
        LineFormat lines = LineFormat.of(format);
        Line line = new Line();
        assertThat(Allocation.bytesPerRun(20_000, () -> {
                    call.startEpochMillis += 7;
                    line.clear();
                    lines.write(call, line);
                }))
                .isLessThan(1.0);
    }
}
