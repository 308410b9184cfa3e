package io.leasegate.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatchedRevisionsTest {

    private final WatchedRevisions revisions = new WatchedRevisions(2, 10);

    @Test
    void allIsKnownUpToWhereTheLastRangeIs() {
        assertThat(revisions.complete()).isEqualTo(10);
        assertThat(revisions.isBehind()).isFalse();
        revisions.onCreated(7);
        revisions.onCreated(3);
        revisions.onReached(3, 12);
        assertThat(revisions.complete()).isEqualTo(10);
        assertThat(revisions.isBehind()).isTrue();
        revisions.onReached(7, 11);
        assertThat(revisions.complete()).isEqualTo(11);
        revisions.onReached(7, 14);
        assertThat(revisions.complete()).isEqualTo(12);
        revisions.onAllReached(13);
        assertThat(revisions.complete()).isEqualTo(13);
        assertThat(revisions.isBehind()).isTrue();
        revisions.onAllReached(14);
        assertThat(revisions.isBehind()).isFalse();
    }

    /** Events of a watch wait in etcd until its creation is answered, and an answer about all watches may overtake that. */
    @Test
    void anAnswerAboutAllWatchesCountsOnceAllAreKnown() {
        revisions.onCreated(0);
        revisions.onAllReached(12);
        assertThat(revisions.complete()).isEqualTo(10);
        assertThat(revisions.isBehind())
                .as("what is known of the first one, too")
                .isFalse();
        revisions.onCreated(1);
        revisions.onAllReached(12);
        assertThat(revisions.complete()).isEqualTo(12);
    }

    @Test
    void whatAnUnknownWatchSaysCountsForNoRange() {
        revisions.onReached(0, 12);
        assertThat(revisions.isBehind()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "3.4.23, false",
        "3.4.25, false",
        "3.4.26, true",
        "3.4.103, true",
        "3.5.7, false",
        "3.5.8, true",
        "3.5.21, true",
        "3.6.0, true",
        "3.6.16+distribution, true",
        "4.0.0, true",
        "3.3.27, false",
        "2.9.9, false",
        "3.6.0-alpha.0, false",
        "'', false",
        "Not provided, false",
        "99999999999.1.1, false"
    })
    void releasesWhoseAnswersAreInOrder(String release, boolean inOrder) {
        assertThat(WatchedRevisions.answersInOrder(release)).isEqualTo(inOrder);
    }
}
