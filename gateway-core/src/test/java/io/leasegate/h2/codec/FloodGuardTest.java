package io.leasegate.h2.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.leasegate.h2.Http2Error;
import io.leasegate.h2.ProtocolSettings.Floods;
import io.leasegate.h2.Violation;
import org.junit.jupiter.api.Test;

/** What a peer may do for nothing, and how often. A span of 0 s has always passed. */
class FloodGuardTest {

    private interface Move {
        void make() throws ConnectionException;
    }

    /** How many times the move is taken before the peer is told to calm down, or -1 when it never is. */
    private static int taken(Move move, int times, Violation violation) {
        for (int i = 0; i < times; i++) {
            try {
                move.make();
            } catch (ConnectionException e) {
                assertThat(e.errorCode()).isEqualTo(Http2Error.ENHANCE_YOUR_CALM);
                assertThat(e.violation()).isEqualTo(violation);
                return i;
            }
        }
        return -1;
    }

    @Test
    void resetsWithinTheSpanAreAFlood() {
        FloodGuard guard = new FloodGuard(new Floods(5, 3_600, 100, 3_600), true);
        assertThat(taken(guard::reset, 100, Violation.RAPID_RESET)).isEqualTo(5);
    }

    @Test
    void resetsOfALongTimeAreNone() {
        FloodGuard guard = new FloodGuard(new Floods(5, 0, 100, 3_600), true);
        assertThat(taken(guard::reset, 1_000, Violation.RAPID_RESET)).isEqualTo(-1);
    }

    /** An instance that resets many calls may be in trouble; its connection is that of the other calls too. */
    @Test
    void resetsOfAnInstanceAreItsRight() {
        FloodGuard guard = new FloodGuard(new Floods(5, 3_600, 100, 3_600), false);
        assertThat(taken(guard::reset, 1_000, Violation.RAPID_RESET)).isEqualTo(-1);
    }

    @Test
    void framesWithoutContentAreAFloodUnlessOthersPayForThem() throws ConnectionException {
        FloodGuard guard = new FloodGuard(new Floods(5, 3_600, 20, 3_600), true);
        for (int i = 0; i < 1_000; i++) {
            guard.useful();
            for (int ping = 0; ping < 10; ping++) {
                guard.useless();
            }
        }
        int left = taken(guard::useless, 100, Violation.FRAME_FLOOD);
        assertThat(left).isBetween(1, 20);
    }

    /** Nobody saves up for a flood: frames with content pay for what was, not for what comes. */
    @Test
    void contentPaysForNothingInAdvance() {
        FloodGuard guard = new FloodGuard(new Floods(5, 3_600, 20, 3_600), true);
        for (int i = 0; i < 1_000; i++) {
            guard.useful();
        }
        assertThat(taken(guard::useless, 100, Violation.FRAME_FLOOD)).isEqualTo(20);
    }

    @Test
    void aHeaderSectionHasSoManyFramesAndTheNextBeginsAnew() {
        FloodGuard guard = new FloodGuard(new Floods(5, 3_600, 100, 3_600), true);
        assertThat(taken(() -> guard.continuation(1_000), 2_000, Violation.CONTINUATION_FLOOD))
                .isEqualTo(1_000);
        guard.sectionBegins();
        assertThatCode(() -> guard.continuation(1_000)).doesNotThrowAnyException();
    }

    @Test
    void smallContinuationsAreFramesWithoutContent() {
        FloodGuard guard = new FloodGuard(new Floods(5, 3_600, 20, 3_600), true);
        assertThat(taken(() -> guard.continuation(63), 100, Violation.FRAME_FLOOD))
                .isEqualTo(20);
    }

    @Test
    void answersThatAreReadAreForgotten() {
        FloodGuard guard = new FloodGuard(new Floods(5, 3_600, 100, 3_600), true);
        for (int i = 0; i < 100; i++) {
            assertThat(taken(guard::unsentReply, 9_000, Violation.UNREAD_ANSWERS))
                    .isEqualTo(-1);
            guard.repliesSent();
        }
        assertThat(taken(guard::unsentReply, 20_000, Violation.UNREAD_ANSWERS)).isEqualTo(10_000);
    }
}
