package io.leasegate.h2.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.leasegate.h2.Http2Error;
import io.leasegate.h2.Violation;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Time is counted in looks, one a second. */
class PatienceTest {

    private static final int SECONDS = 3;

    private final Patience patience = new Patience(SECONDS);

    @BeforeEach
    void begin() {
        patience.begin();
    }

    /** What the peer hears at last; the looks before pass without a word. */
    private ConnectionException runOut() {
        for (int i = 0; i < SECONDS; i++) {
            assertThat(patience.look()).as("look %d", i).isNull();
        }
        return Objects.requireNonNull(patience.look());
    }

    @Test
    void prefaceIsAwaited() {
        assertThat(patience.isOwed(false)).isTrue();
        ConnectionException e = runOut();
        assertThat(e.violation()).isEqualTo(Violation.PREFACE_TIMEOUT);
        assertThat(e).hasMessageContaining("within 3 s (header-timeout)");
    }

    /** Other frames do not help: the same thing is still owed. */
    @Test
    void acknowledgementIsAwaitedWhateverElseComes() {
        patience.settingsRead();
        for (int i = 0; i < SECONDS; i++) {
            patience.completed();
            assertThat(patience.look()).isNull();
        }
        patience.completed();
        ConnectionException e = Objects.requireNonNull(patience.look());
        assertThat(e.violation()).isEqualTo(Violation.SETTINGS_TIMEOUT);
        assertThat(e.errorCode()).isEqualTo(Http2Error.SETTINGS_TIMEOUT);
    }

    @Test
    void restOfAFrameIsAwaited() {
        patience.settingsRead();
        patience.settingsAcked();
        assertThat(patience.isOwed(false)).isFalse();
        assertThat(patience.isOwed(true)).isTrue();
        assertThat(runOut().violation()).isEqualTo(Violation.HEADER_TIMEOUT);
    }

    /** Each frame has its own time: who completes one after the other owes nothing for long. */
    @Test
    void whoCompletesFramesIsServed() {
        patience.settingsRead();
        patience.settingsAcked();
        for (int i = 0; i < 100; i++) {
            patience.completed();
            assertThat(patience.look()).isNull();
        }
    }

    @Test
    void whatIsOwedAnewHasItsWholeTime() {
        patience.settingsRead();
        patience.settingsAcked();
        patience.look();
        patience.look();
        patience.begin();
        assertThat(runOut().violation()).isEqualTo(Violation.HEADER_TIMEOUT);
    }
}
