package io.leasegate.server.explain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.proxy.AccessRecord;
import io.leasegate.proxy.HypotheticalCall;
import io.leasegate.routing.RouteTableRef;
import java.util.List;

/** Answers the questions that {@link Question} takes apart. Safe from any thread. */
public final class Explanations {

    private final RouteTableRef table;
    private final RecentCalls calls;

    /**
     * Of one gateway.
     *
     * @param table by which hypothetical calls are routed
     * @param calls those that were made
     */
    public Explanations(RouteTableRef table, RecentCalls calls) {
        this.table = table;
        this.calls = calls;
    }

    /**
     * An answer.
     *
     * @param status of HTTP: 200, 400 for a question that is none, 404 for a call that is not known
     * @param body has the member {@code error} unless the status is 200
     */
    public record Answer(int status, ObjectNode body) {

        private static Answer error(int status, String message) {
            return new Answer(status, JsonNodeFactory.instance.objectNode().put("error", message));
        }
    }

    /**
     * The answer to the question in a request's target.
     *
     * @param uri with the question behind the question mark
     */
    public Answer answer(String uri) {
        Question q;
        try {
            q = Question.of(uri);
        } catch (IllegalArgumentException e) {
            return Answer.error(400, e.getMessage() + "; " + Question.USAGE);
        }
        if (q.requestId() != null) {
            return past(q.requestId());
        }
        HypotheticalCall call = q.call();
        return new Answer(200, RoutingJson.of(call, table.get().explain(call)));
    }

    private Answer past(String requestId) {
        if (calls.calls() == 0) {
            return Answer.error(
                    404, "no calls are kept, since leasegate.admin.explain-calls is 0: set it to how many shall be");
        }
        List<AccessRecord> found = calls.find(requestId);
        if (found.isEmpty()) {
            return Answer.error(
                    404,
                    "no call with the request id '" + requestId + "' is known: the last " + calls.calls()
                            + " calls that went well are kept, and as many that did not"
                            + " (leasegate.admin.explain-calls), once they have ended");
        }
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode list = root.putArray("calls");
        found.forEach(call -> PastCallJson.write(list.addObject(), call));
        return new Answer(200, root);
    }
}
