package io.leasegate.dns;

import static java.util.Objects.requireNonNull;

import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.dns.DnsResponse;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One look-up of one name: the full names that it may stand for are asked for one after the other, and each is followed through its
 * aliases. On the name servers' event loop.
 *
 * <p>That there is no such name is only believed when that was the answer for each of them: one that could not be answered for may
 * well be the one. For the same reason the search ends at a failure of the one that had the records before: what a later one has,
 * a host of another environment perhaps, is not what was meant.
 */
final class LookUp<T> {

    /** Stands for a full name that is not known yet. */
    static final int UNKNOWN = -1;

    /** An alias that the name server did not follow itself; a chain of them may be a circle. */
    private static final int MAX_ALIASES = 8;

    private final NameServers servers;
    private final DnsType<T> type;
    private final List<String> candidates;
    private final int known;
    private final Consumer<DnsAnswer<T>> done;
    private int candidate;
    private DnsAnswer.@Nullable None<T> none;
    private @Nullable String failure;

    /**
     * @param candidates full names, one at least
     * @param known which of them had the records the last time, or {@link #UNKNOWN}
     * @param done is told the answer, once
     */
    LookUp(NameServers servers, DnsType<T> type, List<String> candidates, int known, Consumer<DnsAnswer<T>> done) {
        this.servers = servers;
        this.type = type;
        this.candidates = candidates;
        this.known = known;
        this.done = done;
    }

    void start() {
        ask(candidates.get(candidate), 0, Long.MAX_VALUE);
    }

    private void tryNext() {
        candidate++;
        if (candidate < candidates.size()) {
            start();
        } else if (failure != null) {
            done.accept(new DnsAnswer.Failed<>(failure));
        } else {
            done.accept(requireNonNull(none));
        }
    }

    /** @param ttlSeconds how long the aliases count that led to the name */
    private void ask(String name, int aliases, long ttlSeconds) {
        servers.ask(name, type.type(), new NameServers.Reply() {
            @Override
            public void onResponse(DnsResponse response) {
                AnswerReader<T> reader = new AnswerReader<>(response, type, name, ttlSeconds);
                List<T> records;
                try {
                    records = reader.read();
                } catch (CorruptedFrameException e) {
                    onFailed("the answer for " + name + " is malformed: " + e.getMessage(), false);
                    return;
                }
                if (!records.isEmpty()) {
                    done.accept(new DnsAnswer.Found<>(records, reader.ttlSeconds(), candidate));
                } else if (!reader.name().equalsIgnoreCase(name) && aliases < MAX_ALIASES) {
                    // The server did not follow the alias to its end; where it did, asking again costs one more
                    // question.
                    ask(reader.name(), aliases + 1, reader.ttlSeconds());
                } else {
                    none = reader.none();
                    tryNext();
                }
            }

            @Override
            public void onFailed(String reasons, boolean silence) {
                failure = failure == null ? reasons : failure;
                // Whoever does not answer for this name does not for the others, and each would cost the time-out.
                if (silence || candidate == known) {
                    done.accept(new DnsAnswer.Failed<>(reasons));
                } else {
                    tryNext();
                }
            }
        });
    }
}
