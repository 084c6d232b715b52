package io.tun2socks.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody probably meant to write. */
public final class NearMiss {
    private NearMiss() {}

    /**
     * Finds the nearest of some words.
     *
     * @param word what was written
     * @param candidates what could have been written
     * @return the candidate with the fewest edits (insert, delete, replace, swap neighbours), if these are few enough
     *     to be a slip
     */
    public static Optional<String> of(String word, Collection<String> candidates) {
        String best = null;
        int bestEdits = Integer.MAX_VALUE;
        String lower = word.toLowerCase(Locale.ROOT).replace('_', '-');
        for (String candidate : candidates) {
            int edits = edits(lower, candidate);
            if (edits < bestEdits) {
                best = candidate;
                bestEdits = edits;
            }
        }
        return bestEdits <= Math.max(1, Math.min(3, word.length() / 3)) ? Optional.of(best) : Optional.empty();
    }

    /**
     * Makes the end of a message about an unknown word.
     *
     * @param word what was written
     * @param candidates what could have been written
     * @param prefix put before the candidate, such as {@code --}
     * @return {@code ; did you mean --device?}, or nothing
     */
    public static String hint(String word, Collection<String> candidates, String prefix) {
        return of(word, candidates)
                .map(found -> "; did you mean " + prefix + found + "?")
                .orElse("");
    }

    private static int edits(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + replace);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[b.length()];
    }
}
