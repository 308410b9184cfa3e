package io.leasegate.server.explain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leasegate.h2.GrpcStatus;
import io.leasegate.proxy.AccessRecord;
import io.leasegate.routing.Destination;
import java.time.Instant;

/** A call that has ended as JSON; docs/explain.md has the members. Stateless. */
final class PastCallJson {

    private PastCallJson() {}

    static void write(ObjectNode node, AccessRecord call) {
        node.put("requestId", call.requestId().toString());
        node.put("time", Instant.ofEpochMilli(call.startEpochMillis()).toString());
        node.put("path", call.path().toString());
        node.put("authority", call.authority().toString());
        node.put("from", call.downstreamAddress());
        node.put("identity", call.identity() == null ? "" : call.identity().toString());
        node.put("listener", call.listener());
        node.put("revision", call.revision());
        if (call.route() != Destination.NO_ROUTE) {
            node.put("route", call.route());
        }
        node.put("service", call.service() == null ? "" : call.service());
        node.put("outcome", call.outcome().code());
        node.put("meaning", call.outcome().meaning());
        if (call.grpcStatus() >= 0) {
            node.put("grpcStatus", call.grpcStatus());
            node.put("grpcStatusName", GrpcStatus.of(call.grpcStatus()).name());
        }
        node.put("detail", call.detail() == null ? "" : call.detail());
        instances(node.putArray("instances"), call);
        node.put("attempts", call.attempts());
        phase(node, "routedMillis", call.routedNanos());
        phase(node, "sentMillis", call.sentNanos());
        phase(node, "firstResponseMillis", call.firstResponseNanos());
        phase(node, "totalMillis", call.totalNanos());
        node.put("requestBytes", call.requestBytes());
        node.put("responseBytes", call.responseBytes());
    }

    /** All that were tried, the last one last: what came of that one is what came of the call. */
    private static void instances(ArrayNode instances, AccessRecord call) {
        for (AccessRecord.EarlierPick pick : call.earlierPicks()) {
            instances
                    .addObject()
                    .put("address", pick.address())
                    .put("pickedMillis", pick.pickedNanos() / 1e6)
                    .put("result", pick.failure());
        }
        if (call.endpointAddress() != null) {
            instances
                    .addObject()
                    .put("address", call.endpointAddress())
                    .put("pickedMillis", call.pickedNanos() / 1e6)
                    .put("result", call.outcome().meaning());
        }
    }

    private static void phase(ObjectNode node, String name, long nanos) {
        if (nanos >= 0) {
            node.put(name, nanos / 1e6);
        }
    }
}
