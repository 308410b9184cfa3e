package io.leasegate.loadtest.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.loadtest.soak.Trouble.Target;
import org.junit.jupiter.api.Test;

class ScheduleTest {

    private static final Settings SETTINGS = new Settings(1, 2.5, 2, 3, 4, 100, 500);

    @Test
    void isMadeFromTheSeedAndTheCycleAlone() {
        Schedule schedule = Schedule.of(SETTINGS, 1, 30_000);
        assertThat(Schedule.of(SETTINGS, 1, 30_000)).isEqualTo(schedule);
        assertThat(Schedule.of(SETTINGS, 2, 30_000).events()).isNotEqualTo(schedule.events());
        Settings other = new Settings(2, 2.5, 2, 3, 4, 100, 500);
        assertThat(Schedule.of(other, 1, 30_000).events()).isNotEqualTo(schedule.events());
    }

    @Test
    void hasEachTroubleInItsTimeAndForThoseThatThereAre() {
        for (int millis : new int[] {3000, 60_000}) {
            Schedule schedule = Schedule.of(SETTINGS, 1, millis);
            assertThat(schedule.events()).extracting(Event::trouble).contains(Trouble.values());
            assertThat(schedule.events())
                    .isSortedAccordingTo((a, b) -> Integer.compare(a.atMillis(), b.atMillis()))
                    .allSatisfy(event -> {
                        assertThat(event.atMillis()).isBetween(0, millis - 1);
                        assertThat(event.number())
                                .isBetween(0, SETTINGS.count(event.trouble().target()) - 1);
                        assertThat(event.forMillis())
                                .isBetween(
                                        event.trouble().leastMillis(),
                                        event.trouble().mostMillis());
                    });
            assertThat(schedule.events())
                    .filteredOn(event -> event.trouble().target() == Target.CLIENT)
                    .hasSizeGreaterThanOrEqualTo(millis / 2000);
        }
    }

    @Test
    void longSoaksAreCyclesOfEqualLengthUpToAMinute() {
        assertThat(SETTINGS.cycles()).isEqualTo(3);
        assertThat(SETTINGS.cycleMillis()).isEqualTo(50_000);
        assertThat(new Settings(1, 0.3, 2, 3, 4, 100, 500).cycles()).isEqualTo(1);
        assertThat(new Settings(1, 240, 2, 3, 4, 100, 500).cycles()).isEqualTo(240);
    }
}
