package io.leasegate.loadtest.load;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What happened in a span of time. Immutable but for the histogram, which is the holder's.
 *
 * @param units calls that ended well; in a ping-pong, round trips
 * @param bytes of the bodies of responses
 * @param failed calls that did not end well
 * @param reasons the first few of why
 * @param latencyNanos one value per unit
 */
public record Sample(long units, long bytes, long failed, List<String> reasons, Histogram latencyNanos) {

    private static final int MAX_REASONS = 5;

    public Sample {
        reasons = List.copyOf(reasons);
    }

    /** The sum of samples of the same span. */
    public static Sample sum(List<Sample> samples) {
        long units = 0;
        long bytes = 0;
        long failed = 0;
        List<String> reasons = new ArrayList<>();
        Histogram latency = LoopLoad.newHistogram();
        for (Sample sample : samples) {
            units += sample.units;
            bytes += sample.bytes;
            failed += sample.failed;
            sample.reasons.stream().limit(MAX_REASONS - reasons.size()).forEach(reasons::add);
            latency.add(sample.latencyNanos);
        }
        return new Sample(units, bytes, failed, reasons, latency);
    }

    /** What failed, in a line. */
    public String failures() {
        return failed + " failed: " + String.join("; ", reasons);
    }
}
