package io.leasegate.testkit;

import io.leasegate.proxy.AccessRecord;
import io.leasegate.proxy.Outcome;
import java.util.List;

/** A copy of the access record of a call, to be kept. */
public record CallRecord(
        Outcome outcome,
        int grpcStatus,
        String service,
        String path,
        String authority,
        String endpointAddress,
        int attempts,
        int route,
        List<AccessRecord.EarlierPick> earlierPicks,
        String requestId,
        String downstreamAddress,
        String identity,
        String detail,
        long requestBytes,
        long responseBytes,
        long routedNanos,
        long sentNanos,
        long firstResponseNanos,
        long totalNanos) {

    static CallRecord of(AccessRecord r) {
        return new CallRecord(
                r.outcome(),
                r.grpcStatus(),
                r.service(),
                r.path().toString(),
                r.authority().toString(),
                r.endpointAddress(),
                r.attempts(),
                r.route(),
                List.copyOf(r.earlierPicks()),
                r.requestId().toString(),
                r.downstreamAddress(),
                r.identity() == null ? null : r.identity().toString(),
                r.detail(),
                r.requestBytes(),
                r.responseBytes(),
                r.routedNanos(),
                r.sentNanos(),
                r.firstResponseNanos(),
                r.totalNanos());
    }
}
