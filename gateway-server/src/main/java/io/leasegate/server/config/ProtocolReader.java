package io.leasegate.server.config;

import io.leasegate.h2.ProtocolSettings;
import io.leasegate.h2.ProtocolSettings.Floods;
import io.leasegate.h2.ProtocolSettings.Timeouts;
import java.time.Duration;
import java.util.Optional;

/** Reads what HTTP/2 peers are told and held to: the keys that a listener and {@code upstream} have in common, and the listener's own. */
final class ProtocolReader {

    /** RFC 9113 section 6.9.1 ends windows at 2^31-1; beyond some MiB they only cost memory. */
    private static final Kind<Integer> WINDOW = Kind.bytes(1024, 64 * 1024 * 1024);

    private static final Kind<Integer> HEADER_LIST = Kind.bytes(1024, 16 * 1024 * 1024);

    private static final Kind<Integer> COUNT = Kind.integer(1, Integer.MAX_VALUE);

    private static final Kind<Duration> SECONDS = new Kind<>(
            text -> {
                Duration d = ListenerReader.TIMER.parser().parse(text);
                if (d.toNanosPart() != 0) {
                    throw new Unexpected("a duration in whole seconds from 1s to 1d");
                }
                return d;
            },
            Duration.ofSeconds(1));

    private static final Kind<Optional<Duration>> SECONDS_OR_NONE = Kind.orNone(SECONDS);

    private ProtocolReader() {}

    static ProtocolSettings ofListener(Section s) {
        int streams = s.get("max-concurrent-streams", COUNT);
        ProtocolSettings common = common(s, streams);
        return s.block(
                "rapid-reset", r -> common.with(common.floods().withResets(r.get("max", COUNT), seconds(r, "within"))));
    }

    /** Instances open no streams, and are not held to a limit of resets. */
    static ProtocolSettings ofInstances(Section s) {
        return common(s, ProtocolSettings.DEFAULT.maxConcurrentStreams());
    }

    private static ProtocolSettings common(Section s, int streams) {
        Floods floods = s.block(
                "frame-flood", f -> Floods.DEFAULT.withUselessFrames(f.get("max", COUNT), seconds(f, "within")));
        Timeouts timeouts = new Timeouts(
                seconds(s, "header-timeout"),
                s.get("write-timeout", SECONDS_OR_NONE)
                        .map(ProtocolReader::wholeSeconds)
                        .orElse(0));
        return new ProtocolSettings(
                streams, s.get("initial-window", WINDOW), s.get("max-header-list", HEADER_LIST), floods, timeouts);
    }

    private static int seconds(Section s, String key) {
        return wholeSeconds(s.get(key, SECONDS));
    }

    private static int wholeSeconds(Duration d) {
        return Math.toIntExact(d.toSeconds());
    }
}
