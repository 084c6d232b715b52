package io.tun2socks.rules.provider;

/** The contents of a rule provider cannot be used at all; the message names the source and what was expected. */
public final class RuleSetException extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * Makes an exception.
     *
     * @param message what is wrong, complete
     */
    public RuleSetException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what is wrong, complete
     * @param cause why
     */
    public RuleSetException(String message, Throwable cause) {
        super(message, cause);
    }
}
