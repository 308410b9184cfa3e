package io.leasegate.server.config;

import java.util.Collection;

/** Finds what a misspelt key was probably meant to be. */
final class NearestKey {

    private NearestKey() {}

    /** The candidate with the fewest edits from the given text; the first of several. There must be one. */
    static String among(Collection<String> candidates, String text) {
        String best = "";
        int least = Integer.MAX_VALUE;
        for (String candidate : candidates) {
            int edits = edits(candidate, text);
            if (edits < least) {
                least = edits;
                best = candidate;
            }
        }
        return best;
    }

    /** Whether a typing mistake explains the difference: at most a third of the letters, and always two. */
    static boolean isClose(String candidate, String text) {
        int length = Math.max(candidate.length(), text.length());
        return edits(candidate, text) <= Math.min(Math.max(2, length / 3), length - 1)
                || candidate.startsWith(text)
                || text.startsWith(candidate);
    }

    /**
     * The number of letters to insert, delete, replace or swap with their neighbour (optimal string alignment), without regard to
     * case and to the kind of separator.
     */
    static int edits(String from, String to) {
        String a = plain(from);
        String b = plain(to);
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(replace, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }

    /** {@code maxStreams}, {@code max_streams} and {@code max-streams} are the same word to who mistypes it. */
    private static String plain(String key) {
        return key.replaceAll("([a-z])([A-Z])", "$1-$2").replace('_', '-').toLowerCase(java.util.Locale.ROOT);
    }
}
