package io.tun2socks.rules.parse;

/** A rule cannot be understood; the message says what is wrong and what was expected, without the place. */
public final class RuleSyntaxException extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * Makes an exception.
     *
     * @param message what is wrong
     */
    public RuleSyntaxException(String message) {
        super(message);
    }
}
