package io.tun2socks.rules.parse;

import java.util.Collection;
import java.util.Locale;

/** Finds what somebody probably meant to write, for the end of a message. */
public final class Spelling {
    private static final int MAX_LENGTH = 64;

    private Spelling() {}

    /**
     * Makes the end of a message about an unknown word.
     *
     * @param word what was written
     * @param candidates what could have been written
     * @return {@code ; did you mean DOMAIN-SUFFIX?}, or nothing if no candidate is near; case does not count
     */
    public static String hint(String word, Collection<String> candidates) {
        String nearest = nearest(word, candidates);
        return nearest.isEmpty() ? "" : "; did you mean " + nearest + "?";
    }

    /**
     * Finds the nearest candidate.
     *
     * @param word what was written
     * @param candidates what could have been written
     * @return the candidate that the fewest slips (a letter too many, missing, wrong, or swapped with its neighbour)
     *     lead away from; empty if even that is too far away
     */
    public static String nearest(String word, Collection<String> candidates) {
        String best = "";
        int fewest = Math.max(1, Math.min(3, word.length() / 3)) + 1;
        String folded = fold(word);
        if (folded.isEmpty() || folded.length() > MAX_LENGTH) {
            return best;
        }
        for (String candidate : candidates) {
            // The difference of the lengths is a lower bound, which spares most of a long list of names.
            if (Math.abs(candidate.length() - folded.length()) < fewest) {
                int slips = slips(folded, fold(candidate));
                if (slips < fewest) {
                    best = candidate;
                    fewest = slips;
                }
            }
        }
        return best;
    }

    private static String fold(String word) {
        return word.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static int slips(String from, String to) {
        int width = to.length() + 1;
        int[] table = new int[(from.length() + 1) * width];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                int here = i * width + j;
                if (i == 0 || j == 0) {
                    table[here] = i + j;
                    continue;
                }
                boolean same = from.charAt(i - 1) == to.charAt(j - 1);
                int cost = table[here - width - 1] + (same ? 0 : 1);
                cost = Math.min(cost, Math.min(table[here - width], table[here - 1]) + 1);
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    cost = Math.min(cost, table[here - 2 * width - 2] + 1);
                }
                table[here] = cost;
            }
        }
        return table[table.length - 1];
    }
}
