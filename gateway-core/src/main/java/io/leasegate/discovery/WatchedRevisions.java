package io.leasegate.discovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Up to which revision everything is known of each range that a watch stream follows. etcd tells of the ranges in the order of revisions only one by one:
 * a watch that is new or slow is told of the past while another one is told of the present. So an event says how far its own range is
 * known, and what is known of all of them is what is known of the last one. Control loop only.
 */
final class WatchedRevisions {

    private static final Pattern RELEASE = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6})(\\+.*)?");

    private final long[] reached;
    /** The ids of the watches, in the order of the ranges, as far as they are known. */
    private final List<Long> watches = new ArrayList<>();

    /**
     * Begins with a list.
     *
     * @param ranges how many ranges are watched
     * @param listed the revision that all of them were listed at
     */
    WatchedRevisions(int ranges, long listed) {
        reached = new long[ranges];
        Arrays.fill(reached, listed);
    }

    /** The next range has a watch: etcd answers in the order in which it is asked for them, and before it tells what they see. */
    void onCreated(long watch) {
        if (watches.size() < reached.length) {
            watches.add(watch);
        }
    }

    /** All that a watch sees is known up to this revision. */
    void onReached(long watch, long revision) {
        int range = watches.indexOf(watch);
        if (range >= 0) {
            reached[range] = Math.max(reached[range], revision);
        }
    }

    /** All that the watches see is known up to this revision. It says nothing of those that etcd has not answered for yet: their events wait for that. */
    void onAllReached(long revision) {
        if (watches.size() == reached.length) {
            for (int range = 0; range < reached.length; range++) {
                reached[range] = Math.max(reached[range], revision);
            }
        }
    }

    /** Up to which revision everything is known of all ranges. */
    long complete() {
        return Arrays.stream(reached).min().orElse(0);
    }

    /** Whether something is known that is newer than what is known in full. */
    boolean isBehind() {
        return Arrays.stream(reached).max().orElse(0) > complete();
    }

    /**
     * Whether a release of etcd answers a progress request only behind all events up to the revision that it names (etcd issue 15220).
     *
     * @param release as etcd says it; what cannot be read, and what is no release, is not relied on
     */
    static boolean answersInOrder(String release) {
        Matcher m = RELEASE.matcher(release);
        if (!m.matches()) {
            return false;
        }
        int major = Integer.parseInt(m.group(1));
        int minor = Integer.parseInt(m.group(2));
        int patch = Integer.parseInt(m.group(3));
        if (major != 3) {
            return major > 3;
        }
        // Mended in 3.5.8, and on the branch of 3.4 at the time of 3.4.25.
        return minor >= 6 || (minor == 5 && patch >= 8) || (minor == 4 && patch >= 26);
    }
}
