package io.leasegate.dns;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the name servers say of one name, asked again when the time of an answer is over. Used on the client's event loop.
 *
 * <pre>
 *   answer            counts for                              what is known then
 *   records           their time to live, within the bounds   these records
 *   no such name,     the first time the shortest time,       the first time what was known before,
 *   no such record    then its time to live within the bounds from the second time in a row on nothing
 *   a failure         the shortest time, doubled each time,   what was known before
 *                     up to the longest
 * </pre>
 *
 * <p>So neither a name server that is down nor one that forgets a name for a moment, as when it restarts, takes anything away. All times are
 * shortened by up to a tenth at random, so that what was asked for together does not stay together.
 *
 * @param <T> what a record says
 */
public final class FollowedName<T> {

    private static final int NONES_TO_BELIEVE = 2;
    private static final double JITTER = 0.1;

    /** Hears what each look-up came to. On the client's event loop. */
    @FunctionalInterface
    public interface Listener<T> {

        void onLookedUp(Knowledge<T> knowledge);

        /** There are records of one type, while others were not answered for yet; {@link #onLookedUp} follows. */
        default void onSome(Knowledge<T> knowledge) {}
    }

    /**
     * What is known after a look-up. Immutable.
     *
     * @param records what the name stands for; of those types that could not be asked for, as they were known before
     * @param answered whether the name servers have ever had an answer, be it that there is nothing
     * @param absence what they said in the place of records this time; empty when there are some
     * @param trouble why they did not say everything this time; empty when they did
     */
    public record Knowledge<T>(List<T> records, boolean answered, String absence, String trouble) {
        public Knowledge {
            records = List.copyOf(records);
        }
    }

    /** What is known of one type of records. */
    private static final class Slot<T> {

        final DnsType<T> type;
        List<T> records = List.of();
        boolean answered;
        /** Which of the full names that the name may stand for has the records. */
        int candidate = LookUp.UNKNOWN;
        /** How many answers in a row said that the records are not there any more. */
        int nones;

        String absence = "";
        String trouble = "";
        /** For how long the last answer counts; nothing for one that is asked again before it is believed. */
        long ttlSeconds;

        Slot(DnsType<T> type) {
            this.type = type;
        }

        void take(DnsAnswer<T> answer) {
            absence = "";
            trouble = "";
            if (answer instanceof DnsAnswer.Found<T> found) {
                answered = true;
                if (records.isEmpty() || found.candidate() == candidate || isBelieved()) {
                    nones = 0;
                    records = found.records();
                    candidate = found.candidate();
                    ttlSeconds = found.ttlSeconds();
                } else {
                    absence = "the name has its records under another domain of the search list";
                    ttlSeconds = 0;
                }
            } else if (answer instanceof DnsAnswer.None<T> none) {
                answered = true;
                absence = none.reason();
                boolean believed = records.isEmpty() || isBelieved();
                ttlSeconds = believed ? none.ttlSeconds() : 0;
                if (believed) {
                    records = List.of();
                    candidate = LookUp.UNKNOWN;
                }
            } else if (answer instanceof DnsAnswer.Failed<T> failed) {
                nones = 0;
                trouble = failed.reason();
            }
        }

        /** Counts an answer that the records are not there any more. */
        private boolean isBelieved() {
            nones++;
            return nones >= NONES_TO_BELIEVE;
        }

        boolean isFound() {
            return absence.isEmpty() && trouble.isEmpty();
        }
    }

    private final DnsClient client;
    private final String name;
    private final Listener<T> listener;
    private final List<Slot<T>> slots = new ArrayList<>();
    private Knowledge<T> knowledge = new Knowledge<>(List.of(), false, "", "");
    private @Nullable Future<?> timer;
    private long freshUntilNanos = System.nanoTime();
    private int running;
    private int failures;
    private boolean following;
    private boolean closed;

    /** @param types what is asked for, all of them each time */
    public FollowedName(DnsClient client, String name, List<DnsType<T>> types, Listener<T> listener) {
        this.client = client;
        this.name = name;
        this.listener = listener;
        types.forEach(t -> slots.add(new Slot<>(t)));
    }

    /** What is known by now. */
    public Knowledge<T> knowledge() {
        return knowledge;
    }

    /** Whether what is known still counts. */
    public boolean isFresh() {
        return freshUntilNanos - System.nanoTime() > 0;
    }

    /** Whether a look-up is under way. */
    public boolean isAsking() {
        return running > 0;
    }

    /** What is known does not count any more. */
    public void expire() {
        freshUntilNanos = System.nanoTime();
    }

    /** Asks again from now on, whenever the time of an answer is over. */
    public void follow() {
        following = true;
        if (running == 0) {
            askAfter(Math.max(0, TimeUnit.NANOSECONDS.toMillis(freshUntilNanos - System.nanoTime())));
        }
    }

    /** Asks no more by itself. */
    public void unfollow() {
        following = false;
        stopTimer();
    }

    /** Asks now, unless it is being asked. */
    public void ask() {
        if (running > 0 || closed) {
            return;
        }
        stopTimer();
        running = slots.size();
        for (Slot<T> slot : slots) {
            client.lookUp(name, slot.type, slot.candidate, answer -> onAnswer(slot, answer));
        }
    }

    /** Nothing is told any more. */
    public void close() {
        closed = true;
        unfollow();
    }

    private void onAnswer(Slot<T> slot, DnsAnswer<T> answer) {
        if (closed) {
            return;
        }
        slot.take(answer);
        if (--running > 0) {
            if (answer instanceof DnsAnswer.Found<T>) {
                listener.onSome(merged());
            }
            return;
        }
        knowledge = merged();
        long millis = pauseMillis();
        freshUntilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        if (following) {
            askAfter(millis);
        }
        listener.onLookedUp(knowledge);
    }

    /**
     * Of all types together. One family of addresses is enough for a name: that it has none of the other is how it should be, and whoever
     * cannot say whether it has is not missed, as there are name servers that answer for IPv6 wrongly or never.
     */
    private Knowledge<T> merged() {
        Set<T> records = new LinkedHashSet<>();
        boolean found = false;
        boolean allAnswered = true;
        String absence = "";
        String trouble = "";
        int candidate = slots.stream()
                .filter(s -> !s.records.isEmpty())
                .mapToInt(s -> s.candidate)
                .min()
                .orElse(LookUp.UNKNOWN);
        for (Slot<T> slot : slots) {
            if (slot.candidate == candidate) {
                // What another full name has is another host's.
                records.addAll(slot.records);
            }
            found |= slot.isFound();
            allAnswered &= slot.answered;
            absence = absence.isEmpty() ? slot.absence : absence;
        }
        for (Slot<T> slot : slots) {
            boolean missed = !found || !slot.records.isEmpty();
            trouble = trouble.isEmpty() && missed ? slot.trouble : trouble;
        }
        boolean absent = !found && trouble.isEmpty();
        return new Knowledge<>(List.copyOf(records), allAnswered || !records.isEmpty(), absent ? absence : "", trouble);
    }

    private long pauseMillis() {
        DnsSettings settings = client.settings();
        double most = (double) settings.maxIntervalMillis();
        double millis;
        if (knowledge.trouble().isEmpty()) {
            failures = 0;
            millis = Math.max(ttlSeconds() * 1000d, (double) settings.minIntervalMillis());
        } else {
            millis = settings.minIntervalMillis() * Math.pow(2, failures++);
        }
        double share = 1 - ThreadLocalRandom.current().nextDouble() * JITTER;
        return Math.max(1, Math.round(Math.min(millis, most) * share));
    }

    /** That a name has no address of the other family has a time of its own, which matters only where it has none at all. */
    private long ttlSeconds() {
        return slots.stream()
                .filter(s -> !s.records.isEmpty() || knowledge.records().isEmpty())
                .mapToLong(s -> s.ttlSeconds)
                .min()
                .orElse(0);
    }

    private void askAfter(long millis) {
        stopTimer();
        EventLoop loop = client.eventLoop();
        if (loop != null && !closed) {
            timer = loop.schedule(this::ask, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
