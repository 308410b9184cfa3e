package io.leasegate.conformance;

import static io.leasegate.conformance.Paths.AUTHORITY;
import static io.leasegate.conformance.Paths.BIDI;
import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.netty.NettyH2Codec;
import io.leasegate.proxy.Gateway;
import io.leasegate.testkit.GatewayExtension;
import io.leasegate.testkit.GrpcResponse;
import io.leasegate.testkit.HeaderFields;
import io.leasegate.testkit.HeaderFields.Coding;
import io.leasegate.testkit.Http2Error;
import io.leasegate.testkit.PeerOptions;
import io.leasegate.testkit.RawHttp2Client;
import io.leasegate.testkit.RawStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Histories of legal frames end in the same bytes and statuses through the codec of our own and through the oracle, the relay on Netty's
 * codec: what the instance gets of each request, and what the caller gets of each response. A history is made from its seed alone; {@code
 * -Dleasegate.histories=N} runs more of them.
 */
@Timeout(300)
class DifferentialTest {

    private static final int CALLS = 12;

    /** A round number of messages and sizes around what is a boundary somewhere: frames, copies, slices, windows. */
    private static final int[] SIZES = {0, 1, 26, 500, 4_091, 4_096, 8_192, 16_384, 16_385, 70_000};

    private static final int[] WINDOWS = {100, 5_000, 65_535, 1 << 20};

    @RegisterExtension
    final GatewayExtension ours = GatewayExtension.create();

    @RegisterExtension
    final GatewayExtension oracle = GatewayExtension.create()
            .madeBy((settings, tables, heard) -> new Gateway(settings, tables, heard, heard, new NettyH2Codec()));

    static int[] seeds() {
        int n = Integer.getInteger("leasegate.histories", 6);
        int[] seeds = new int[n];
        Arrays.setAll(seeds, i -> 4711 + i);
        return seeds;
    }

    @ParameterizedTest(name = "history {0}")
    @MethodSource("seeds")
    void sameBytesAndStatuses(int seed) {
        List<Plan> plans = Plan.all(new Random(seed));
        Seen here = play(ours, plans, seed);
        Seen there = play(oracle, plans, seed);
        for (int i = 0; i < CALLS; i++) {
            assertThat(here.requests.get(i)).as("request of %s", plans.get(i)).isEqualTo(there.requests.get(i));
            assertThat(here.responses.get(i)).as("response of %s", plans.get(i)).isEqualTo(there.responses.get(i));
        }
    }

    private enum End {
        WITH_HEADERS,
        WITH_LAST_DATA,
        WITH_EMPTY_DATA,
        WITH_TRAILERS
    }

    private enum Answer {
        MESSAGES,
        TRAILERS_ONLY,
        NOTHING_BUT_HEADERS_AND_TRAILERS,
        RESET_AT_ONCE,
        RESET_MIDWAY
    }

    /** One call, as both sides play it. */
    private record Plan(
            int number,
            HeaderFields request,
            int headerFragmentBytes,
            List<Integer> messages,
            int frameBytes,
            int padding,
            End end,
            Answer answer,
            boolean early,
            boolean informational,
            HeaderFields responseHeaders,
            List<Integer> responses,
            int responseFrameBytes,
            HeaderFields trailers,
            Http2Error reset) {

        static List<Plan> all(Random random) {
            List<Plan> plans = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                plans.add(one(i, random));
            }
            return plans;
        }

        private static Plan one(int i, Random r) {
            HeaderFields request =
                    extras(HeaderFields.grpcRequest(AUTHORITY, BIDI).with("plan", Integer.toString(i)), r);
            End end = End.values()[r.nextInt(End.values().length)];
            Answer answer = Answer.values()[r.nextInt(Answer.values().length)];
            HeaderFields trailers = extras(HeaderFields.grpcTrailers(r.nextInt(17)), r);
            return new Plan(
                    i,
                    request,
                    // Netty takes no more than 16 small CONTINUATION frames in a row.
                    Math.max(1 + r.nextInt(2_000), request.listSize() / 12),
                    end == End.WITH_HEADERS ? List.of() : sizes(r, 1),
                    1 + r.nextInt(16_384),
                    r.nextInt(3) == 0 ? r.nextInt(200) : 0,
                    end,
                    answer,
                    // Whether the rest of the request still reaches the instance is a matter of time then.
                    end == End.WITH_HEADERS && r.nextBoolean(),
                    r.nextInt(4) == 0,
                    extras(HeaderFields.grpcResponse(), r),
                    sizes(r, 0),
                    1 + r.nextInt(16_384),
                    trailers,
                    Http2Error.values()[r.nextInt(Http2Error.values().length)]);
        }

        private static List<Integer> sizes(Random r, int atLeast) {
            List<Integer> sizes = new ArrayList<>();
            for (int n = atLeast + r.nextInt(4); n > 0; n--) {
                sizes.add(SIZES[r.nextInt(SIZES.length)]);
            }
            return sizes;
        }

        private static HeaderFields extras(HeaderFields fields, Random r) {
            HeaderFields more = fields;
            for (int n = r.nextInt(5); n > 0; n--) {
                String name = "x-" + "abcdefgh".charAt(r.nextInt(8));
                String value = "v".repeat(r.nextInt(r.nextInt(10) == 0 ? 3_000 : 30)) + r.nextInt(4);
                more = more.with(name, value, r.nextBoolean() ? Coding.LITERAL_WITH_INDEXING : Coding.LITERAL);
            }
            return more;
        }

        byte[] body(List<Integer> sizes) {
            int total = sizes.stream().mapToInt(Integer::intValue).sum();
            byte[] body = new byte[total];
            new Random(number).nextBytes(body);
            return body;
        }

        @Override
        public String toString() {
            return "call " + number + " (request " + messages + " in frames of " + frameBytes + ", padding " + padding
                    + ", " + end + "; " + answer + (early ? " early" : "") + ", response " + responses + ")";
        }
    }

    private static final class Seen {
        final Map<Integer, String> requests = new ConcurrentHashMap<>();
        final Map<Integer, String> responses = new ConcurrentHashMap<>();
    }

    private static Seen play(GatewayExtension gateway, List<Plan> plans, int seed) {
        Seen seen = new Seen();
        Random r = new Random(seed);
        int instanceWindow = WINDOWS[r.nextInt(WINDOWS.length)];
        int clientWindow = WINDOWS[r.nextInt(WINDOWS.length)];
        boolean huffman = r.nextBoolean();
        Supplier<PeerOptions> options = () -> PeerOptions.defaults().setting(4, instanceWindow);
        gateway.instance(AUTHORITY, options, s -> answer(plans, s, seen));
        RawHttp2Client client = gateway.client(PeerOptions.defaults().setting(4, clientWindow));
        client.send().huffman(huffman);
        List<RawStream> calls = new ArrayList<>();
        for (Plan p : plans) {
            calls.add(request(client, p));
        }
        for (Plan p : plans) {
            seen.responses.put(p.number(), describe(calls.get(p.number()).response()));
        }
        return seen;
    }

    private static RawStream request(RawHttp2Client client, Plan p) {
        RawStream call = client.stream(client.nextStreamId());
        client.skipStream();
        client.send().splitHeaders(call.id(), p.request(), p.end() == End.WITH_HEADERS, p.headerFragmentBytes());
        byte[] body = p.body(p.messages());
        boolean endsWithData = p.end() == End.WITH_LAST_DATA;
        send(call, body, p.frameBytes(), p.padding(), endsWithData);
        if ((endsWithData && body.length == 0) || p.end() == End.WITH_EMPTY_DATA) {
            call.data(new byte[0], true);
        } else if (p.end() == End.WITH_TRAILERS) {
            call.headers(HeaderFields.of("x-request-trailer", "t" + p.number()), true);
        }
        return call;
    }

    private static void send(RawStream stream, byte[] body, int frameBytes, int padding, boolean endStream) {
        for (int at = 0; at < body.length; at += frameBytes) {
            int n = Math.min(frameBytes, body.length - at);
            byte[] part = Arrays.copyOfRange(body, at, at + n);
            boolean end = endStream && at + n == body.length;
            if (padding > 0 && n + padding < 16_000) {
                stream.connection().paddedDataWithinWindow(stream.id(), part, end, padding);
            } else {
                stream.data(part, end);
            }
        }
    }

    private static void answer(List<Plan> plans, RawStream stream, Seen seen) {
        Plan p = plans.get(Integer.parseInt(stream.request().get("plan")));
        if (p.early()) {
            seen.requests.put(p.number(), describe(stream.request()));
        } else {
            seen.requests.put(p.number(), requestOf(stream));
        }
        if (p.answer() == Answer.RESET_AT_ONCE) {
            // Sent again, it would never end.
            stream.rst(p.reset() == Http2Error.REFUSED_STREAM ? Http2Error.CANCEL : p.reset());
            return;
        }
        if (p.answer() == Answer.TRAILERS_ONLY) {
            stream.trailersOnly(p.number() % 17, "message " + p.number());
            return;
        }
        if (p.informational()) {
            stream.headers(HeaderFields.of(":status", "103", "link", "x"), false);
        }
        stream.headers(p.responseHeaders(), false);
        if (p.answer() == Answer.RESET_MIDWAY) {
            stream.rst(p.reset());
            return;
        }
        if (p.answer() == Answer.MESSAGES) {
            send(stream, p.body(p.responses()), p.responseFrameBytes(), 0, false);
        }
        stream.headers(p.trailers(), true);
    }

    /** Headers, body and trailers, wherever the frames were cut. */
    private static String requestOf(RawStream stream) {
        StringBuilder s = new StringBuilder(describe(stream.request()));
        if (stream.requestFrame().endStream()) {
            return s.append(" END with HEADERS").toString();
        }
        RawStream.Rest rest = stream.expectRest();
        return s.append(" body ")
                .append(rest.body().length)
                .append('/')
                .append(Arrays.hashCode(rest.body()))
                .append(rest.trailers() == null ? "" : " trailers " + describe(rest.trailers()))
                .toString();
    }

    private static String describe(GrpcResponse r) {
        return r.informational().size() + " informational, headers " + describe(r.headers()) + ", body "
                + r.body().length + '/'
                + Arrays.hashCode(r.body()) + ", trailers " + describe(r.trailers()) + ", reset " + r.resetCode()
                + (r.ended() ? ", ended" : "");
    }

    /** Without what differs from call to call. */
    private static String describe(HeaderFields fields) {
        if (fields == null) {
            return "none";
        }
        StringBuilder s = new StringBuilder();
        for (HeaderFields.Field f : fields) {
            if (!f.name().equals("x-request-id")) {
                String value = f.value()
                        .replaceAll("request%20[0-9a-f]{32}|request [0-9a-f]{32}", "request")
                        .replaceAll("127.0.0.1:\\d+", "INSTANCE");
                s.append(f.name()).append('=').append(value).append(';');
            }
        }
        return s.toString();
    }
}
