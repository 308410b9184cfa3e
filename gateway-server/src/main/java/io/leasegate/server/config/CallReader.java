package io.leasegate.server.config;

import io.leasegate.h2.GrpcStatus;
import io.leasegate.server.config.CallConfig.Eviction;
import io.leasegate.server.config.CallConfig.Hedge;
import io.leasegate.server.config.CallConfig.InFlight;
import io.leasegate.server.config.CallConfig.Retry;
import io.leasegate.server.config.CallConfig.Timeouts;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the blocks that a service and a route may both have. */
final class CallReader {

    /** Each attempt is another call for some instance: more than this is a storm, not a remedy. */
    private static final Kind<Integer> ATTEMPTS = Kind.integer(1, 10);

    private CallReader() {}

    /**
     * @param further the blocks of the services that give the defaults, for a route
     */
    static CallConfig read(Section s, List<Node> further) {
        record Written<T>(T value, @Nullable Node attempts) {}
        Written<Retry> retry = s.block("retry", further, r -> new Written<>(CallReader.retry(r), r.find("attempts")));
        Written<Hedge> hedge = s.block(
                "hedge",
                further,
                h -> new Written<>(
                        new Hedge(h.get("attempts", ATTEMPTS), h.get("delay", Kind.DURATION)), h.find("attempts")));
        Node here = isOf(s, hedge.attempts) ? hedge.attempts : isOf(s, retry.attempts) ? retry.attempts : null;
        if (here != null && retry.value.attempts() > 1 && hedge.value.attempts() > 1) {
            s.context()
                    .problem(
                            s.path() + ".hedge.attempts: " + hedge.value.attempts()
                                    + " (expected 1 beside retry.attempts = " + retry.value.attempts()
                                    + ": a call is either retried or hedged, so set one of the two to 1)",
                            here.origin());
        }
        return new CallConfig(
                retry.value,
                hedge.value,
                s.block("timeouts", further, CallReader::timeouts),
                s.block("eviction", further, CallReader::eviction));
    }

    /** Whether the key stands in this very block: what is wrong with defaults is told where they stand. */
    private static boolean isOf(Section s, @Nullable Node node) {
        return node != null
                && node.path().startsWith(s.path() + ".")
                && !s.context().isCatalog();
    }

    private static Retry retry(Section s) {
        record Backoff(Duration initial, Duration max) {}
        Backoff backoff = s.block("backoff", b -> {
            Duration initial = b.get("initial", Kind.PERIOD);
            Duration max = b.get("max", Kind.PERIOD);
            Node node = b.find("max");
            if (max.compareTo(initial) < 0 && node != null && !b.context().hasProblemUnder(b.path())) {
                node.wrong("expected at least backoff.initial");
            }
            return new Backoff(initial, max);
        });
        Set<GrpcStatus> statuses = EnumSet.noneOf(GrpcStatus.class);
        statuses.addAll(s.list("statuses", Kind.FAILED_STATUS));
        return new Retry(
                s.get("attempts", ATTEMPTS),
                statuses,
                backoff.initial(),
                backoff.max(),
                s.get("budget", Kind.SHARE),
                s.get("per-try-timeout", Kind.PERIOD_OR_NONE).orElse(null),
                s.get("buffer", Kind.bytes(0, 64 * 1024 * 1024)));
    }

    private static Timeouts timeouts(Section s) {
        Optional<Duration> total = s.get("total", Kind.PERIOD_OR_NONE);
        Optional<Duration> idle = s.get("idle", Kind.PERIOD_OR_NONE);
        Optional<Duration> streamAge = s.get("stream-age", Kind.PERIOD_OR_NONE);
        return new Timeouts(
                total.orElse(null), idle.orElse(null), streamAge.orElse(null), s.get("stream-age-jitter", Kind.SHARE));
    }

    private static Eviction eviction(Section s) {
        return new Eviction(
                s.get("in-flight", Kind.choice(InFlight.class)),
                s.get("cut-after", Kind.DURATION),
                s.get("within", Kind.PERIOD));
    }
}
