package io.tun2socks.rules.geo;

import java.util.Collection;

/** Finds the code that was probably meant. */
final class NearMiss {
    private NearMiss() {}

    /**
     * Makes the end of a message about an unknown code.
     *
     * @param word what was written, in lower case
     * @param candidates what could have been written
     * @return {@code ; did you mean google?}, or nothing if no candidate is near enough to be a slip
     */
    static String hint(String word, Collection<String> candidates) {
        int most = Math.max(1, Math.min(3, word.length() / 3));
        String best = null;
        int fewest = most + 1;
        for (String candidate : candidates) {
            if (Math.abs(candidate.length() - word.length()) < fewest) {
                int edits = edits(word, candidate);
                // Among equals the first in the alphabet, so that the message does not change from run to run.
                if (edits < fewest || (edits == fewest && best != null && candidate.compareTo(best) < 0)) {
                    best = candidate;
                    fewest = edits;
                }
            }
        }
        return best == null ? "" : "; did you mean " + best + "?";
    }

    /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
    private static int edits(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                char here = a.charAt(i - 1);
                int replaced = last[j - 1] + (here == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], last[j]));
                boolean swapped = i > 1 && j > 1 && here == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            int[] free = beforeLast;
            beforeLast = last;
            last = row;
            row = free;
        }
        return last[b.length()];
    }
}
