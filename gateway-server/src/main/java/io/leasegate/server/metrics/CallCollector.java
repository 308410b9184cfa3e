package io.leasegate.server.metrics;

import io.leasegate.proxy.Outcome;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** Sums up what the event loops have counted, for one scrape. Used on the thread of the scrape. */
final class CallCollector implements MultiCollector {

    private static final Outcome[] OUTCOMES = Outcome.values();
    private static final double[] BUCKET_SECONDS = LoopCalls.bucketSeconds();

    private static final String CALLS = "leasegate_calls";
    private static final String DURATION = "leasegate_call_duration_seconds";
    private static final String REQUEST_BYTES = "leasegate_call_request_bytes";
    private static final String RESPONSE_BYTES = "leasegate_call_response_bytes";
    private static final String RETRIES = "leasegate_call_retries";

    private final CallMetrics metrics;

    CallCollector(CallMetrics metrics) {
        this.metrics = metrics;
    }

    /** The series of one scrape in the making. */
    private static final class Scrape {

        final CounterSnapshot.Builder calls = counter(CALLS, "Calls that ended");
        final HistogramSnapshot.Builder durations =
                HistogramSnapshot.builder().name(DURATION).help("From a request's headers to the end of the call");
        final CounterSnapshot.Builder requestBytes =
                counter(REQUEST_BYTES, "Bytes of request messages that were relayed");
        final CounterSnapshot.Builder responseBytes =
                counter(RESPONSE_BYTES, "Bytes of response messages that were relayed");
        final CounterSnapshot.Builder retries = counter(RETRIES, "Attempts beyond a call's first");

        private static CounterSnapshot.Builder counter(String name, String help) {
            return CounterSnapshot.builder().name(name).help(help);
        }

        MetricSnapshots build() {
            return MetricSnapshots.of(
                    calls.build(), durations.build(), requestBytes.build(), responseBytes.build(), retries.build());
        }
    }

    @Override
    public MetricSnapshots collect() {
        Scrape scrape = new Scrape();
        for (Method method : metrics.methods()) {
            addMethod(scrape, method);
        }
        return scrape.build();
    }

    private void addMethod(Scrape scrape, Method method) {
        boolean any = false;
        long requestBytes = 0;
        long responseBytes = 0;
        long retries = 0;
        for (LoopCalls loop : metrics.loops()) {
            LoopCalls.OfMethod calls = loop.of(method);
            if (calls != null) {
                any = true;
                requestBytes += calls.requestBytes();
                responseBytes += calls.responseBytes();
                retries += calls.retries();
            }
        }
        if (!any) {
            return;
        }
        Labels labels = Labels.of("service", method.service(), "method", method.method());
        scrape.requestBytes.dataPoint(point(labels, requestBytes));
        scrape.responseBytes.dataPoint(point(labels, responseBytes));
        scrape.retries.dataPoint(point(labels, retries));
        for (Outcome outcome : OUTCOMES) {
            addOutcome(scrape, method, outcome, labels.add("outcome", outcome.code()));
        }
    }

    private void addOutcome(Scrape scrape, Method method, Outcome outcome, Labels labels) {
        long[] buckets = new long[LoopCalls.BUCKETS];
        long[] statuses = new long[LoopCalls.STATUSES];
        long sumNanos = 0;
        boolean any = false;
        for (LoopCalls loop : metrics.loops()) {
            LoopCalls.OfMethod calls = loop.of(method);
            LoopCalls.Ended ended = calls == null ? null : calls.ended(outcome.ordinal());
            if (ended != null) {
                any = true;
                sumNanos += ended.sumNanos();
                for (int i = 0; i < buckets.length; i++) {
                    buckets[i] += ended.inBucket(i);
                }
                for (int i = 0; i < statuses.length; i++) {
                    statuses[i] += ended.withStatus(i);
                }
            }
        }
        if (!any) {
            return;
        }
        scrape.durations.dataPoint(HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(ClassicHistogramBuckets.of(BUCKET_SECONDS, buckets))
                .sum(sumNanos / 1e9)
                .build());
        for (int i = 0; i < statuses.length; i++) {
            if (statuses[i] > 0) {
                scrape.calls.dataPoint(point(labels.add("grpc_status", LoopCalls.statusLabel(i)), statuses[i]));
            }
        }
    }

    private static CounterDataPointSnapshot point(Labels labels, long value) {
        return CounterDataPointSnapshot.builder()
                .labels(labels)
                .value((double) value)
                .build();
    }
}
