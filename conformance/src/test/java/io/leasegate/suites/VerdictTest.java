package io.leasegate.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerdictTest {

    private final Suite suite = new Suite() {
        @Override
        public String name() {
            return "three";
        }

        @Override
        public String description() {
            return "";
        }

        @Override
        public int cases() {
            return 3;
        }

        @Override
        public Score run(Bench bench) {
            return new Score();
        }
    };

    @Test
    void allPassed() {
        Verdict v = Verdict.of(suite, new Score().passed(3), Set.of());
        assertThat(v.good()).isTrue();
        assertThat(v.summary()).isEqualTo("3/3 ok");
        assertThat(v.remarks()).isEmpty();
    }

    @Test
    void aFailureIsToldWithItsReason() {
        Verdict v = Verdict.of(suite, new Score().passed(2).fail("b", "no answer"), Set.of());
        assertThat(v.good()).isFalse();
        assertThat(v.summary()).isEqualTo("2/3 FAILED");
        assertThat(v.remarks()).containsExactly("FAILED: b\nno answer");
    }

    @Test
    void ofManyFailuresTheFirstAreTold() {
        Score score = new Score();
        for (int i = 0; i < 30; i++) {
            score.fail("case " + i, "no");
        }
        assertThat(Verdict.of(suite, score, Set.of()).remarks())
                .hasSize(12)
                .contains("FAILED: case 9\nno", "… and 20 more (--keep keeps the suite's own output)");
    }

    @Test
    void aKnownFailureIsToldAndNotHeldAgainstIt() {
        Verdict v = Verdict.of(suite, new Score().passed(2).fail("b", "no answer"), Set.of("b"));
        assertThat(v.good()).isTrue();
        assertThat(v.summary()).isEqualTo("2/3 ok but for known failures");
        assertThat(v.remarks()).containsExactly("known to fail: b");
    }

    @Test
    void aKnownFailureThatPassesIsToBeStruckOut() {
        Verdict v = Verdict.of(suite, new Score().passed(3), Set.of("b"));
        assertThat(v.good()).isTrue();
        assertThat(v.remarks()).containsExactly("passes, strike it from the known failures: b");
    }

    @Test
    void aSuiteThatShrankFails() {
        Verdict v = Verdict.of(suite, new Score().passed(2), Set.of());
        assertThat(v.good()).isFalse();
        assertThat(v.remarks()).containsExactly("ran 2 cases (expected 3)");
    }

    @Test
    void knownFailuresAreReadBySuite() throws IOException {
        KnownFailures known = KnownFailures.parse("# why\n\nthree a case: with blanks\nother b\n");
        assertThat(known.of(suite)).containsExactly("a case: with blanks");
        assertThatThrownBy(() -> KnownFailures.parse("three"))
                .isInstanceOf(IOException.class)
                .hasMessage("known failures: three (expected SUITE CASE)");
    }
}
