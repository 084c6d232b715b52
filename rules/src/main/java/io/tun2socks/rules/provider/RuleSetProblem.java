package io.tun2socks.rules.provider;

/**
 * An entry of a rule provider that is left out.
 *
 * @param line the line of the file, from 1; 0 in formats without lines
 * @param entry the entry, shortened if it is long
 * @param why what is wrong with it, as the end of a sentence about it
 */
public record RuleSetProblem(int line, String entry, String why) {
    private static final int LONGEST = 80;

    /** Shortens the entry and replaces control characters. */
    public RuleSetProblem {
        int[] shown = entry.codePoints()
                .limit(LONGEST + 1L)
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .toArray();
        entry = shown.length <= LONGEST ? new String(shown, 0, shown.length) : new String(shown, 0, LONGEST - 1) + "…";
    }

    /** Returns {@code line 7: 'a..b' has an empty label}. */
    @Override
    public String toString() {
        return (line == 0 ? "" : "line " + line + ": ") + "'" + entry + "' " + why;
    }
}
