package io.tun2socks.rules.model;

/** A pattern over a text: a regular expression or a wildcard. Immutable; any thread. */
public interface TextPattern {
    /**
     * Tells whether a text fits.
     *
     * @param text the text
     * @return whether it does; false if the pattern would take too long (catastrophic backtracking)
     */
    boolean matches(String text);

    /**
     * Returns a piece that every fitting text holds, so that an index need not try the pattern on others.
     *
     * @return in lower case, ASCII, to be compared with the lower-case text; empty if there is none
     */
    String requiredLiteral();

    /** Returns the pattern as it was written. */
    String source();
}
