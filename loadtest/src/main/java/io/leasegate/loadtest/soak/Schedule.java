package io.leasegate.loadtest.soak;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** Which troubles come when in one cycle, made from nothing but a seed and sizes. Immutable. */
public record Schedule(int cycle, List<Event> events) {

    public Schedule {
        events = List.copyOf(events);
    }

    /**
     * Each trouble comes at least once.
     *
     * @param cycle the number of the cycle, which makes for other events
     * @param millis how long it lasts
     */
    public static Schedule of(Settings settings, int cycle, int millis) {
        SplittableRandom random = new SplittableRandom(settings.seed() + cycle * 0x9E3779B97F4A7C15L);
        List<Event> events = new ArrayList<>();
        for (Trouble trouble : Trouble.values()) {
            int count = (int) Math.max(1, Math.round(millis / 1000.0 / trouble.everySeconds()));
            for (int i = 0; i < count; i++) {
                int forMillis = random.nextInt(trouble.leastMillis(), trouble.mostMillis() + 1);
                int atMillis = random.nextInt(millis);
                events.add(new Event(atMillis, trouble, random.nextInt(settings.count(trouble.target())), forMillis));
            }
        }
        events.sort(Comparator.comparingInt(Event::atMillis));
        return new Schedule(cycle, events);
    }
}
