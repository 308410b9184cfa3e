package io.leasegate.outlier;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.discovery.SimulatedLoop;
import io.leasegate.endpoint.Endpoint;
import io.leasegate.endpoint.EndpointId;
import io.leasegate.endpoint.EndpointState;
import io.leasegate.endpoint.Instance;
import io.leasegate.endpoint.Traits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who goes out, for how long, and who stays, in virtual time. */
class OutlierDetectorTest {

    private static final long INTERVAL = 10_000;
    /** A twentieth of the interval, since chance is 0 in most of these tests. */
    private static final long FIRST_SWEEP = 500;

    private static final OutlierSettings SETTINGS = new OutlierSettings(5, INTERVAL, 30_000, 0.5);

    private final SimulatedLoop loop = new SimulatedLoop();
    private final List<String> heard = new ArrayList<>();
    private double chance;

    private OutlierDetector detector(OutlierSettings settings) {
        OutlierListener listener = new OutlierListener() {
            @Override
            public void onEjected(Endpoint e, OutlierReason reason, String why, long millis, int times) {
                heard.add(e.id().port() + " out " + reason + " " + millis + " ms, " + times);
                e.eject(why, loop.nanoTime());
            }

            @Override
            public void onReadmitted(Endpoint e) {
                heard.add(e.id().port() + " in");
                e.readmit(loop.nanoTime());
            }

            @Override
            public void onSpared(Endpoint e, OutlierReason reason) {
                heard.add(e.id().port() + " spared " + reason);
            }
        };
        return new OutlierDetector(loop, service -> settings, listener, () -> chance);
    }

    private static Endpoint endpoint(int port, long weight) {
        return new Endpoint(new Instance(
                new EndpointId("echo", "127.0.0.1", port), weight, "", Map.of(), false, "static", "", 0, 0, 0));
    }

    private static Endpoint healthy(int port) {
        Endpoint e = endpoint(port, 1);
        e.state(EndpointState.HEALTHY, "");
        return e;
    }

    private List<Endpoint> watched(int count, OutlierSettings settings) {
        OutlierDetector detector = detector(settings);
        List<Endpoint> all = IntStream.rangeClosed(1, count)
                .mapToObj(OutlierDetectorTest::healthy)
                .toList();
        all.forEach(detector::onAdded);
        return all;
    }

    private void fail(Endpoint e, int calls) {
        for (int i = 0; i < calls; i++) {
            e.stats().spokeAgainst("UNAVAILABLE");
        }
        loop.advance(0);
    }

    private void succeed(Endpoint e, int calls) {
        for (int i = 0; i < calls; i++) {
            e.stats().spokeFor();
        }
    }

    @Test
    void failuresInARowTakeOutAndTimeBringsBack() {
        List<Endpoint> all = watched(3, SETTINGS);
        Endpoint e = all.get(0);
        fail(e, 4);
        succeed(e, 1);
        fail(e, 4);
        assertThat(heard).isEmpty();
        fail(e, 1);
        assertThat(heard).containsExactly("1 out CONSECUTIVE_FAILURES 30000 ms, 1");
        assertThat(e.state()).isEqualTo(EndpointState.EJECTED);
        assertThat(e.stateReason())
                .isEqualTo("5 calls in a row failed (outlier.consecutive-failures = 5), the last with UNAVAILABLE");
        loop.advance(29_999);
        assertThat(e.state()).isEqualTo(EndpointState.EJECTED);
        loop.advance(1);
        assertThat(e.state()).isEqualTo(EndpointState.HEALTHY);
        assertThat(e.stateReason()).isEmpty();
        assertThat(e.healthySinceNanos()).as("slow start begins").isEqualTo(loop.nanoTime());
        assertThat(all.get(1).state()).isEqualTo(EndpointState.HEALTHY);
    }

    @Test
    void aSuccessThatComesBeforeTheDecisionCounts() {
        Endpoint e = watched(3, SETTINGS).get(0);
        for (int i = 0; i < 5; i++) {
            e.stats().spokeAgainst("UNAVAILABLE");
        }
        e.stats().spokeFor();
        loop.advance(0);
        assertThat(heard).isEmpty();
    }

    @Test
    void whatIsCountedWhileItIsOutDoesNotCountLater() {
        Endpoint e = watched(3, SETTINGS).get(0);
        fail(e, 5);
        fail(e, 104);
        loop.advance(30_000);
        fail(e, 4);
        assertThat(heard).containsExactly("1 out CONSECUTIVE_FAILURES 30000 ms, 1", "1 in");
        fail(e, 1);
        assertThat(heard).hasSize(3);
    }

    @Test
    void eachTimeIsLongerUpToALimit() {
        Endpoint e = watched(3, SETTINGS).get(0);
        for (int times = 1; times <= 12; times++) {
            heard.clear();
            fail(e, 5);
            int counted = Math.min(times, 10);
            long millis = counted * 30_000L;
            assertThat(heard).containsExactly("1 out CONSECUTIVE_FAILURES " + millis + " ms, " + counted);
            loop.advance(millis);
            assertThat(e.state()).isEqualTo(EndpointState.HEALTHY);
        }
    }

    @Test
    void aBaseAboveTheLimitHoldsEachTime() {
        Endpoint e = watched(3, new OutlierSettings(5, INTERVAL, 400_000, 0.5)).get(0);
        fail(e, 5);
        loop.advance(400_000);
        fail(e, 5);
        assertThat(heard)
                .containsExactly(
                        "1 out CONSECUTIVE_FAILURES 400000 ms, 1", "1 in", "1 out CONSECUTIVE_FAILURES 400000 ms, 1");
    }

    /** Sweeps are at 500 ms, 10,500 ms and so on; it comes back at 90,000 ms after two ejections. */
    @ParameterizedTest
    @CsvSource({"10499, 3", "10500, 2", "20499, 2", "20500, 1", "90500, 1"})
    void goodIntervalsMakeTheNextOneShorter(long wait, int times) {
        Endpoint e = watched(3, SETTINGS).get(0);
        fail(e, 5);
        loop.advance(30_000);
        fail(e, 5);
        loop.advance(60_000);
        // The interval that has begun is not one in which it was in all the time.
        loop.advance(wait);
        heard.clear();
        fail(e, 5);
        assertThat(heard).containsExactly("1 out CONSECUTIVE_FAILURES " + times * 30_000 + " ms, " + times);
    }

    @Test
    void anIntervalWhoseLastCallFailedIsNotGood() {
        Endpoint e = watched(3, SETTINGS).get(0);
        fail(e, 5);
        loop.advance(30_000);
        fail(e, 1);
        loop.advance(100_000);
        heard.clear();
        fail(e, 4);
        assertThat(heard).containsExactly("1 out CONSECUTIVE_FAILURES 60000 ms, 2");
    }

    @Test
    void whoWentOutTogetherDoesNotComeBackTogether() {
        List<Endpoint> all = watched(4, SETTINGS);
        chance = 0.5;
        fail(all.get(0), 5);
        chance = 0.999;
        fail(all.get(1), 5);
        assertThat(heard)
                .containsExactly("1 out CONSECUTIVE_FAILURES 31500 ms, 1", "2 out CONSECUTIVE_FAILURES 32997 ms, 1");
    }

    @ParameterizedTest
    @CsvSource({
        "4, 0.5, 2",
        "5, 0.5, 2",
        "3, 0.5, 1",
        "3, 0.1, 1",
        "10, 0.3, 3",
        "10, 0.29, 2",
        "10, 1, 9",
        "2, 0.5, 1",
        "1, 1, 0"
    })
    void noMoreThanTheirShareGoesOutButOneMayAndTheLastStays(int count, double share, int out) {
        List<Endpoint> all = watched(count, new OutlierSettings(5, INTERVAL, 30_000, share));
        all.forEach(e -> fail(e, 5));
        assertThat(all).filteredOn(e -> e.state() == EndpointState.EJECTED).hasSize(out);
        assertThat(heard)
                .filteredOn(h -> h.endsWith("spared CONSECUTIVE_FAILURES"))
                .hasSize(count - out);
    }

    @Test
    void whoWasSparedGoesOutWhenItFailsOnAndThereIsRoom() {
        List<Endpoint> all = watched(3, SETTINGS);
        fail(all.get(0), 5);
        fail(all.get(1), 5);
        assertThat(heard).last().isEqualTo("2 spared CONSECUTIVE_FAILURES");
        loop.advance(30_000);
        fail(all.get(1), 4);
        assertThat(heard).last().isEqualTo("1 in");
        fail(all.get(1), 1);
        assertThat(heard).last().isEqualTo("2 out CONSECUTIVE_FAILURES 30000 ms, 1");
    }

    @Test
    void aShareOfNoneSwitchesItOff() {
        List<Endpoint> all = watched(3, new OutlierSettings(1, INTERVAL, 30_000, 0));
        all.forEach(e -> fail(e, 100));
        assertThat(heard).isEmpty();
        assertThat(loop.waiting()).isZero();
    }

    @Test
    void nobodyGoesOutWhoseCallsNobodyElseCouldTake() {
        List<Endpoint> all = watched(4, SETTINGS);
        all.get(1).state(EndpointState.UNREACHABLE, "");
        all.get(2).state(EndpointState.NOT_SERVING, "");
        all.get(3).state(EndpointState.UNHEALTHY, "");
        fail(all.get(0), 5);
        assertThat(heard).containsExactly("1 spared CONSECUTIVE_FAILURES");
        all.get(3).state(EndpointState.HEALTHY, "");
        fail(all.get(0), 5);
        assertThat(heard).last().isEqualTo("1 out CONSECUTIVE_FAILURES 30000 ms, 1");
    }

    @Test
    void thoseWithoutWeightCountAsIfTheyWereNotThere() {
        OutlierDetector detector = detector(SETTINGS);
        Endpoint e = healthy(1);
        Endpoint standby = endpoint(2, 0);
        standby.state(EndpointState.HEALTHY, "");
        detector.onAdded(e);
        detector.onAdded(standby);
        fail(e, 5);
        assertThat(heard).containsExactly("1 spared CONSECUTIVE_FAILURES");
    }

    /** Its registration has it out of rotation, so it could not take the calls. */
    @Test
    void soDoThoseThatTakeNoCalls() {
        OutlierDetector detector = detector(SETTINGS);
        Endpoint e = healthy(1);
        Endpoint disabled = new Endpoint(new Instance(
                new EndpointId("echo", "127.0.0.1", 2),
                Traits.builder().enabled(false).build(),
                "static",
                "",
                0,
                0,
                0));
        disabled.state(EndpointState.HEALTHY, "");
        detector.onAdded(e);
        detector.onAdded(disabled);
        fail(e, 5);
        assertThat(heard).containsExactly("1 spared CONSECUTIVE_FAILURES");
    }

    @Test
    void failuresThatComeFasterThanDecisionsAskForOne() {
        Endpoint e = watched(1, new OutlierSettings(1, INTERVAL, 30_000, 0.5)).get(0);
        long before = loop.waiting();
        for (int i = 0; i < 1_000; i++) {
            e.stats().spokeAgainst("UNAVAILABLE");
        }
        assertThat(loop.waiting()).isEqualTo(before + 1);
        loop.advance(0);
        assertThat(heard).containsExactly("1 spared CONSECUTIVE_FAILURES");
        fail(e, 1);
        assertThat(heard).hasSize(2);
    }

    @Test
    void whoIsDownByItsHealthDoesNotGoOutBesides() {
        Endpoint e = watched(3, SETTINGS).get(0);
        e.state(EndpointState.UNREACHABLE, "cannot connect");
        fail(e, 5);
        assertThat(heard).isEmpty();
    }

    @Test
    void whoLeavesLeavesNothingBehind() {
        OutlierDetector detector = detector(SETTINGS);
        List<Endpoint> all = IntStream.rangeClosed(1, 3)
                .mapToObj(OutlierDetectorTest::healthy)
                .toList();
        all.forEach(detector::onAdded);
        fail(all.get(0), 5);
        fail(all.get(1), 4);
        heard.clear();
        for (Endpoint e : all) {
            detector.onRemoved(e, 0);
        }
        assertThat(loop.waiting()).isZero();
        all.forEach(e -> fail(e, 10));
        loop.advance(1_000_000);
        assertThat(heard).isEmpty();
        // Another one under the same address knows nothing of the first.
        detector.onAdded(healthy(1));
        detector.onAdded(healthy(2));
        Endpoint again = healthy(3);
        detector.onAdded(again);
        fail(again, 5);
        assertThat(heard).containsExactly("3 out CONSECUTIVE_FAILURES 30000 ms, 1");
    }

    /** Calls of each endpoint in an interval, and how many in a thousand of them go well. */
    private List<Endpoint> interval(int calls, int... perMille) {
        List<Endpoint> all = watched(perMille.length, new OutlierSettings(1_000_000, INTERVAL, 30_000, 0.5));
        loop.advance(FIRST_SWEEP);
        for (int i = 0; i < perMille.length; i++) {
            int well = calls * perMille[i] / 1_000;
            succeed(all.get(i), well);
            fail(all.get(i), calls - well);
        }
        loop.advance(INTERVAL);
        return all;
    }

    @Test
    void aSuccessRateFarBelowTheOthersTakesOut() {
        List<Endpoint> all = interval(200, 1_000, 1_000, 990, 1_000, 700, 1_000);
        assertThat(heard).containsExactly("5 out SUCCESS_RATE 30000 ms, 1");
        assertThat(all.get(4).stateReason())
                .isEqualTo("70.0% of 200 calls went well, of those of all instances 94.8%; the last that failed did so"
                        + " with UNAVAILABLE");
    }

    @Test
    void soDoSeveralAsLongAsTheyAreFew() {
        interval(200, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 500, 500);
        assertThat(heard).containsExactly("9 out SUCCESS_RATE 30000 ms, 1", "10 out SUCCESS_RATE 30000 ms, 1");
    }

    @Test
    void whereAllFailAlikeNoneIsAnOutlier() {
        interval(200, 500, 510, 490, 505, 495, 480);
        assertThat(heard).isEmpty();
    }

    @Test
    void aFewFailuresMakeNoOutlierWhereTheOthersHadNone() {
        interval(200, 1_000, 1_000, 1_000, 1_000, 960, 1_000);
        assertThat(heard).isEmpty();
        interval(200, 1_000, 1_000, 1_000, 1_000, 930, 1_000);
        assertThat(heard).containsExactly("5 out SUCCESS_RATE 30000 ms, 1");
    }

    @Test
    void fewerThanFiveAreNotCompared() {
        interval(200, 1_000, 1_000, 500, 1_000);
        assertThat(heard).isEmpty();
    }

    @Test
    void norThoseWithFewCalls() {
        interval(99, 1_000, 1_000, 500, 1_000, 1_000, 1_000);
        assertThat(heard).isEmpty();
    }

    @Test
    void anIntervalStartsFromNothing() {
        interval(90, 1_000, 1_000, 500, 1_000, 1_000, 1_000);
        loop.advance(INTERVAL);
        assertThat(heard).isEmpty();
    }

    /** A thousandth of all calls fails, wherever they are: for a day of ten instances nobody is an outlier. */
    @Test
    void chanceMakesNoOutlier() {
        SplittableRandom random = new SplittableRandom(1);
        List<Endpoint> all = watched(10, new OutlierSettings(5, INTERVAL, 30_000, 0.5));
        for (int interval = 0; interval < 8_640; interval++) {
            for (Endpoint e : all) {
                for (int call = 0; call < 100; call++) {
                    if (random.nextInt(1_000) == 0) {
                        fail(e, 1);
                    } else {
                        succeed(e, 1);
                    }
                }
            }
            loop.advance(INTERVAL);
        }
        assertThat(heard).isEmpty();
    }
}
