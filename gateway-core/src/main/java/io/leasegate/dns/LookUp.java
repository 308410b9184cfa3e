package io.leasegate.dns;

import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.dns.DnsResponse;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One look-up of one name: the full names that it may stand for are asked for one after the other, and each is followed through its
 * aliases. On the name servers' event loop.
 *
 * <p>That there is no such name is only believed when that was the answer for each of them: one that could not be answered for may
 * well be the one.
 */
final class LookUp<T> {

    /** An alias that the name server did not follow itself; a chain of them may be a circle. */
    private static final int MAX_ALIASES = 8;

    private final NameServers servers;
    private final DnsType<T> type;
    private final ArrayDeque<String> next;
    private final Consumer<DnsAnswer<T>> done;
    private DnsAnswer.@Nullable None<T> none;
    private @Nullable String failure;

    /**
     * @param candidates full names, one at least
     * @param done is told the answer, once
     */
    LookUp(NameServers servers, DnsType<T> type, List<String> candidates, Consumer<DnsAnswer<T>> done) {
        this.servers = servers;
        this.type = type;
        this.next = new ArrayDeque<>(candidates);
        this.done = done;
    }

    void start() {
        tryNext();
    }

    private void tryNext() {
        String name = next.poll();
        if (name != null) {
            ask(name, 0);
        } else if (failure != null || none == null) {
            done.accept(new DnsAnswer.Failed<>(String.valueOf(failure)));
        } else {
            done.accept(none);
        }
    }

    private void ask(String name, int aliases) {
        servers.ask(name, type.type(), new NameServers.Reply() {
            @Override
            public void onResponse(DnsResponse response) {
                AnswerReader<T> reader = new AnswerReader<>(response, type, name);
                try {
                    onAnswer(reader.read(), reader.name(), aliases, name);
                } catch (CorruptedFrameException e) {
                    onFailed("the answer for " + name + " is malformed: " + e.getMessage(), false);
                }
            }

            @Override
            public void onFailed(String reasons, boolean silence) {
                failure = failure == null ? reasons : failure;
                if (silence) {
                    // Whoever does not answer for this name does not for the others, and each would cost the time-out.
                    next.clear();
                }
                tryNext();
            }
        });
    }

    private void onAnswer(DnsAnswer<T> answer, String endsAt, int aliases, String asked) {
        if (!(answer instanceof DnsAnswer.None<T> nothing)) {
            done.accept(answer);
        } else if (!endsAt.equalsIgnoreCase(asked) && aliases < MAX_ALIASES) {
            // The server did not follow the alias to its end; where it did, asking again costs one more question.
            ask(endsAt, aliases + 1);
        } else {
            none = nothing;
            tryNext();
        }
    }
}
