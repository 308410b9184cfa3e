package io.leasegate.server.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.routing.RouteTableRef;
import io.leasegate.server.config.DurationText;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/barrier?revision=R&timeout=T}: answers once every event loop routes by at least R, or says why not when T is over.
 * Used on the admin thread.
 */
final class BarrierPage {

    static final String PATH = "/api/barrier";

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration MAX_TIMEOUT = Duration.ofMinutes(5);
    private static final String USAGE =
            PATH + "?revision=R&timeout=T: R is a revision of etcd, T a duration such as 500ms or 10s, 5m at most";

    private final RouteTableRef table;
    private final Barrier barrier;

    BarrierPage(RouteTableRef table, Barrier barrier) {
        this.table = table;
        this.barrier = barrier;
    }

    /** What a request asks for, or what is wrong with it. */
    private record Question(long revision, Duration timeout, String error) {

        static Question wrong(String error) {
            return new Question(0, DEFAULT_TIMEOUT, error);
        }

        static Question of(QueryStringDecoder query) {
            String revision = last(query, "revision");
            String timeout = last(query, "timeout");
            if (revision == null) {
                return wrong("revision is missing");
            }
            if (!revision.matches("[0-9]{1,18}")) {
                return wrong("revision: expected a whole number from 0");
            }
            try {
                Duration limit = timeout == null ? DEFAULT_TIMEOUT : DurationText.parse(timeout);
                return limit.compareTo(MAX_TIMEOUT) > 0
                        ? wrong("timeout: expected 5m at most")
                        : new Question(Long.parseLong(revision), limit, "");
            } catch (IllegalArgumentException e) {
                return wrong("timeout: " + e.getMessage());
            }
        }

        private static @Nullable String last(QueryStringDecoder query, String name) {
            List<String> values = query.parameters().get(name);
            return values == null ? null : values.get(values.size() - 1);
        }
    }

    /**
     * The answer, now or later.
     *
     * @param executor where it is made; a cancelled answer is not waited for any more
     */
    Future<AdminReply> answer(String uri, EventExecutor executor) {
        Question q = Question.of(new QueryStringDecoder(uri));
        if (!q.error.isEmpty()) {
            return executor.newSucceededFuture(
                    failure(HttpResponseStatus.BAD_REQUEST, q.error + "; " + USAGE, null, 0));
        }
        long beganNanos = System.nanoTime();
        Promise<AdminReply> answer = executor.newPromise();
        Runnable stop = barrier.whenRouted(q.revision, () -> answer.trySuccess(reached(q, beganNanos)));
        Future<?> timer = executor.schedule(
                () -> answer.trySuccess(late(q, beganNanos)), q.timeout.toNanos(), TimeUnit.NANOSECONDS);
        return answer.addListener(f -> {
            timer.cancel(false);
            stop.run();
        });
    }

    private AdminReply reached(Question q, long beganNanos) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("revision", q.revision);
        return json(HttpResponseStatus.OK, body, beganNanos);
    }

    private AdminReply late(Question q, long beganNanos) {
        String obstacle = barrier.obstacle();
        long routed = table.get().revision();
        String behind = "not every event loop routes by revision " + q.revision + " after " + q.timeout.toMillis()
                + " ms; the table is at revision " + routed;
        return obstacle.isEmpty()
                ? failure(
                        HttpResponseStatus.GATEWAY_TIMEOUT,
                        behind
                                + (routed < q.revision
                                        ? ": is it a revision of the etcd that this gateway follows?"
                                        : ""),
                        q,
                        beganNanos)
                : failure(HttpResponseStatus.SERVICE_UNAVAILABLE, behind + ": " + obstacle, q, beganNanos);
    }

    private AdminReply failure(HttpResponseStatus status, String error, @Nullable Question q, long beganNanos) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("error", error);
        if (q == null) {
            return json(status, body, System.nanoTime());
        }
        body.put("revision", q.revision);
        return json(status, body, beganNanos);
    }

    private AdminReply json(HttpResponseStatus status, ObjectNode body, long beganNanos) {
        body.put("routedRevision", table.get().revision());
        body.put("waitedMillis", (System.nanoTime() - beganNanos) / 1_000_000);
        return AdminReply.whole(
                status, AdminPages.JSON, Unpooled.wrappedBuffer((body + "\n").getBytes(StandardCharsets.UTF_8)));
    }
}
