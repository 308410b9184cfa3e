package io.leasegate.server.admin;

import io.leasegate.routing.RouteTableRef;
import io.leasegate.server.explain.Explanations;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What each path of the admin listener answers. Used on the admin thread. */
final class AdminPages {

    private static final Logger log = LoggerFactory.getLogger(AdminPages.class);

    static final String JSON = "application/json";

    private static final String EXPLAIN = "/api/explain";

    private static final String[][] INDEX = {
        {"GET", "/ready", "200 when calls are taken, else 503 with the reasons"},
        {"GET", "/live", "200 while the process works"},
        {"GET", "/metrics", "metrics as Prometheus text"},
        {"GET", "/api/services", "the services and instances that are routed by now, as JSON"},
        {
            "GET",
            BarrierPage.PATH,
            "?revision=R&timeout=T answers once every event loop routes by revision R or a later one"
        },
        {
            "GET",
            EXPLAIN,
            "?path=/pkg.Service/Method (authority, header=NAME:VALUE, source, identity, listener) or ?request-id=ID: where a call goes"
                    + " or went, and why"
        },
        {"POST", "/api/drain", "stop taking calls, finish those in flight, and exit, as SIGTERM does"},
    };

    private final RouteTableRef table;
    private final Readiness readiness;
    private final MetricsScrape metrics;
    private final Runnable drain;
    private final BarrierPage barrier;
    private final Explanations explanations;

    AdminPages(
            RouteTableRef table,
            Readiness readiness,
            MetricsScrape metrics,
            Barrier barrier,
            Explanations explanations,
            Runnable drain) {
        this.table = table;
        this.explanations = explanations;
        this.barrier = new BarrierPage(table, barrier);
        this.readiness = readiness;
        this.metrics = metrics;
        this.drain = drain;
    }

    /** The answer that is to be waited for, or null for a request that {@link #answer} answers. */
    @Nullable
    Future<AdminReply> answerLater(HttpRequest request, EventExecutor executor) {
        boolean waits = pathOf(request.uri()).equals(BarrierPage.PATH) && isRead(request.method());
        return waits ? barrier.answer(request.uri(), executor) : null;
    }

    private static boolean isRead(HttpMethod method) {
        return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
    }

    /** Answers a request; a defect behind a page becomes a 500 that names it. */
    AdminReply answer(HttpRequest request, ByteBufAllocator allocator) {
        String path = pathOf(request.uri());
        try {
            return answer(path, request, allocator);
        } catch (Throwable e) {
            log.error("admin page {} failed", path, e);
            return AdminReply.text(
                    HttpResponseStatus.INTERNAL_SERVER_ERROR, path + " failed: " + e + "; the log has the details\n");
        }
    }

    private AdminReply answer(String path, HttpRequest request, ByteBufAllocator allocator) throws Exception {
        boolean post = path.equals("/api/drain");
        if (!post && !path.equals("/") && !isListed(path)) {
            return AdminReply.text(
                    HttpResponseStatus.NOT_FOUND, "nothing at this path; the admin listener has:\n\n" + indexText());
        }
        HttpMethod method = request.method();
        boolean taken = post ? method.equals(HttpMethod.POST) : isRead(method);
        if (!taken) {
            String allow = post ? "POST" : "GET, HEAD";
            // The method's own text stays out of the answer: it is the client's.
            return AdminReply.methodNotAllowed(allow, path + " takes " + allow + "\n");
        }
        return switch (path) {
            case "/" -> index(request.headers());
            case "/ready" -> ready();
            case "/live" -> AdminReply.text(HttpResponseStatus.OK, "live\n");
            case "/metrics" -> metrics(request.headers().get(HttpHeaderNames.ACCEPT), allocator);
            case "/api/services" -> AdminReply.streamed(JSON, new ServicesJson(table.get(), readiness.alarms()));
            case EXPLAIN -> explain(request.uri());
            default -> drain(request.headers());
        };
    }

    private AdminReply ready() {
        List<String> obstacles = readiness.obstacles();
        return obstacles.isEmpty()
                ? AdminReply.text(HttpResponseStatus.OK, "ready\n")
                : AdminReply.text(
                        HttpResponseStatus.SERVICE_UNAVAILABLE, "not ready: " + String.join("\n", obstacles) + "\n");
    }

    private AdminReply explain(String uri) {
        Explanations.Answer answer = explanations.answer(uri);
        byte[] body = (answer.body() + "\n").getBytes(StandardCharsets.UTF_8);
        return AdminReply.whole(HttpResponseStatus.valueOf(answer.status()), JSON, Unpooled.wrappedBuffer(body));
    }

    private AdminReply metrics(@Nullable String accept, ByteBufAllocator allocator) throws Exception {
        ByteBuf body = allocator.buffer(64 * 1024);
        try (ByteBufOutputStream out = new ByteBufOutputStream(body)) {
            String contentType = metrics.write(accept, out);
            return AdminReply.whole(HttpResponseStatus.OK, contentType, body);
        } catch (Throwable e) {
            body.release();
            throw e;
        }
    }

    private AdminReply drain(HttpHeaders headers) {
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        String host = headers.get(HttpHeaderNames.HOST);
        // A page from elsewhere, open in an operator's browser, may post here without asking; the browser says so in
        // Origin.
        if (origin != null && !origin.equals("http://" + host)) {
            return AdminReply.text(
                    HttpResponseStatus.FORBIDDEN, "a drain cannot be asked for by a page of another site\n");
        }
        log.info("drain asked for through the admin listener");
        drain.run();
        return AdminReply.text(HttpResponseStatus.OK, "draining\n");
    }

    private static AdminReply index(HttpHeaders headers) {
        String accept = headers.get(HttpHeaderNames.ACCEPT);
        if (accept == null || !accept.contains("text/html")) {
            return AdminReply.text(HttpResponseStatus.OK, "Leasegate admin listener\n\n" + indexText());
        }
        AdminReply html = AdminReply.text(HttpResponseStatus.OK, indexHtml());
        return AdminReply.whole(html.status(), "text/html; charset=utf-8", html.body());
    }

    private static String indexText() {
        StringBuilder s = new StringBuilder();
        for (String[] page : INDEX) {
            s.append(String.format("%-4s %-14s %s%n", page[0], page[1], page[2]));
        }
        return s.toString();
    }

    private static String indexHtml() {
        StringBuilder s = new StringBuilder("<!doctype html><meta charset=utf-8><title>Leasegate admin</title>"
                + "<h1>Leasegate admin listener</h1><ul>");
        for (String[] page : INDEX) {
            s.append("<li>").append(page[0]).append(' ');
            s.append(
                    page[0].equals("GET")
                            ? "<a href=\"" + page[1] + "\">" + page[1] + "</a>"
                            : "<code>" + page[1] + "</code>");
            s.append(": ").append(page[2]).append("</li>");
        }
        return s.append("</ul>\n").toString();
    }

    private static boolean isListed(String path) {
        for (String[] page : INDEX) {
            if (page[1].equals(path)) {
                return true;
            }
        }
        return false;
    }

    /** The path without the query; an absolute-form target (RFC 9112 section 3.2.2) counts by its path. */
    private static String pathOf(String target) {
        int start = 0;
        if (target.startsWith("http://")) {
            start = target.indexOf('/', "http://".length());
            if (start < 0) {
                return "/";
            }
        }
        int end = target.indexOf('?', start);
        return end < 0 ? target.substring(start) : target.substring(start, end);
    }
}
