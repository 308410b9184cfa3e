package io.leasegate.server.accesslog;

import io.leasegate.proxy.AccessRecord;
import io.leasegate.proxy.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes a call as a line. Stateless; makes no objects. */
interface LineFormat {

    /** Appends the call, with the line feed at its end. */
    void write(AccessRecord call, Line line);

    static LineFormat of(AccessLogFormat format) {
        return switch (format) {
            case TEXT -> new Text();
            case JSON -> new Json();
        };
    }

    private static byte[] ascii(String s) {
        return s.getBytes(StandardCharsets.US_ASCII);
    }

    /** See docs/observability.md for the columns. */
    final class Text implements LineFormat {

        private static final byte[][] CODES = codes();
        private static final byte[] ATTEMPTS = ascii(" attempts=");
        private static final byte[] ROUTED = ascii(" routed=");
        private static final byte[] SENT = ascii(" sent=");
        private static final byte[] FIRST = ascii(" first=");
        private static final byte[] IN = ascii(" in=");
        private static final byte[] OUT = ascii(" out=");
        private static final byte[] AUTHORITY = ascii(" authority=");
        private static final byte[] FROM = ascii(" from=");
        private static final byte[] IDENTITY = ascii(" identity=");
        private static final byte[] LISTENER = ascii(" listener=");
        private static final byte[] REVISION = ascii(" revision=");
        private static final byte[] ID = ascii(" id=");
        private static final byte[] DETAIL = ascii(" detail=");
        private static final byte[] MILLIS = ascii("ms");

        private static byte[][] codes() {
            Outcome[] outcomes = Outcome.values();
            byte[][] codes = new byte[outcomes.length][];
            for (Outcome o : outcomes) {
                codes[o.ordinal()] = ascii(" " + o.code() + " ");
            }
            return codes;
        }

        @Override
        public void write(AccessRecord call, Line line) {
            line.time(call.startEpochMillis()).put(CODES[call.outcome().ordinal()]);
            if (call.grpcStatus() < 0) {
                line.put('-');
            } else {
                line.number(call.grpcStatus());
            }
            line.put(' ');
            word(line, call.service()).put(' ');
            word(line, call.path()).put(' ');
            word(line, call.endpointAddress()).put(' ');
            line.millis(call.totalNanos()).put(MILLIS);
            line.put(ATTEMPTS).number(call.attempts());
            phase(line.put(ROUTED), call.routedNanos());
            phase(line.put(SENT), call.sentNanos());
            phase(line.put(FIRST), call.firstResponseNanos());
            line.put(IN).number(call.requestBytes()).put(OUT).number(call.responseBytes());
            word(line.put(AUTHORITY), call.authority());
            word(line.put(FROM), call.downstreamAddress());
            word(line.put(IDENTITY), call.identity());
            word(line.put(LISTENER), call.listener());
            line.put(REVISION).number(call.revision());
            word(line.put(ID), call.requestId());
            String detail = call.detail();
            if (detail != null) {
                line.put(DETAIL).put('"').text(detail).put('"');
            }
            line.put('\n');
        }

        private static Line word(Line line, @Nullable CharSequence text) {
            return text == null || text.isEmpty() ? line.put('-') : line.word(text);
        }

        private static void phase(Line line, long nanos) {
            if (nanos < 0) {
                line.put('-');
            } else {
                line.millis(nanos).put(MILLIS);
            }
        }
    }

    /** See docs/observability.md for the members. */
    final class Json implements LineFormat {

        private static final byte[][] OUTCOMES = outcomes();
        private static final byte[] NULL = ascii("null");
        private static final byte[] TIME = ascii("{\"time\":\"");
        private static final byte[] SERVICE = ascii(",\"service\":");
        private static final byte[] METHOD = ascii(",\"method\":");
        private static final byte[] AUTHORITY = ascii(",\"authority\":");
        private static final byte[] INSTANCE = ascii(",\"instance\":");
        private static final byte[] ATTEMPTS = ascii(",\"attempts\":");
        private static final byte[] ROUTED = ascii(",\"routedMillis\":");
        private static final byte[] SENT = ascii(",\"sentMillis\":");
        private static final byte[] FIRST = ascii(",\"firstResponseMillis\":");
        private static final byte[] TOTAL = ascii(",\"totalMillis\":");
        private static final byte[] REQUEST_BYTES = ascii(",\"requestBytes\":");
        private static final byte[] RESPONSE_BYTES = ascii(",\"responseBytes\":");
        private static final byte[] REQUEST_ID = ascii(",\"requestId\":");
        private static final byte[] DOWNSTREAM = ascii(",\"downstream\":");
        private static final byte[] IDENTITY = ascii(",\"identity\":");
        private static final byte[] LISTENER = ascii(",\"listener\":");
        private static final byte[] REVISION = ascii(",\"revision\":");
        private static final byte[] DETAIL = ascii(",\"detail\":");

        private static byte[][] outcomes() {
            Outcome[] outcomes = Outcome.values();
            byte[][] parts = new byte[outcomes.length][];
            for (Outcome o : outcomes) {
                parts[o.ordinal()] = ascii("\",\"outcome\":\"" + o.code() + "\",\"outcomeName\":\""
                        + o.name().toLowerCase(Locale.ROOT) + "\",\"grpcStatus\":");
            }
            return parts;
        }

        @Override
        public void write(AccessRecord call, Line line) {
            line.put(TIME).time(call.startEpochMillis());
            line.put(OUTCOMES[call.outcome().ordinal()]);
            if (call.grpcStatus() < 0) {
                line.put(NULL);
            } else {
                line.number(call.grpcStatus());
            }
            string(line.put(SERVICE), call.service());
            string(line.put(METHOD), call.path());
            string(line.put(AUTHORITY), call.authority());
            string(line.put(INSTANCE), call.endpointAddress());
            line.put(ATTEMPTS).number(call.attempts());
            phase(line.put(ROUTED), call.routedNanos());
            phase(line.put(SENT), call.sentNanos());
            phase(line.put(FIRST), call.firstResponseNanos());
            phase(line.put(TOTAL), call.totalNanos());
            line.put(REQUEST_BYTES).number(call.requestBytes());
            line.put(RESPONSE_BYTES).number(call.responseBytes());
            string(line.put(REQUEST_ID), call.requestId());
            string(line.put(DOWNSTREAM), call.downstreamAddress());
            string(line.put(IDENTITY), call.identity());
            string(line.put(LISTENER), call.listener());
            line.put(REVISION).number(call.revision());
            string(line.put(DETAIL), call.detail());
            line.put('}').put('\n');
        }

        private static void string(Line line, @Nullable CharSequence text) {
            if (text == null) {
                line.put(NULL);
            } else {
                line.put('"').text(text).put('"');
            }
        }

        private static void phase(Line line, long nanos) {
            if (nanos < 0) {
                line.put(NULL);
            } else {
                line.millis(nanos);
            }
        }
    }
}
