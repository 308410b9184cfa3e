package io.leasegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** R10: an instance that asks for calm is asked less and less often. */
class KeepalivePaceTest {

    private static long millis(KeepalivePace pace) {
        return TimeUnit.NANOSECONDS.toMillis(pace.intervalNanos());
    }

    @Test
    void doublesEachTimeUpToTwoHours() {
        KeepalivePace pace = new KeepalivePace(new KeepaliveSettings(1_000_000, 5_000, false));
        assertThat(millis(pace)).isEqualTo(1_000_000);
        pace.slowDown();
        assertThat(millis(pace)).isEqualTo(2_000_000);
        pace.slowDown();
        assertThat(millis(pace)).isEqualTo(4_000_000);
        pace.slowDown();
        assertThat(millis(pace)).isEqualTo(7_200_000);
        pace.slowDown();
        assertThat(millis(pace)).isEqualTo(7_200_000);
    }

    @Test
    void neverBecomesFaster() {
        KeepalivePace pace = new KeepalivePace(new KeepaliveSettings(10_000_000, 5_000, false));
        pace.slowDown();
        assertThat(millis(pace)).isEqualTo(10_000_000);
    }

    @Test
    void whatIsOffStaysOff() {
        KeepalivePace pace = new KeepalivePace(KeepaliveSettings.OFF);
        pace.slowDown();
        assertThat(pace.intervalNanos()).isZero();
    }
}
