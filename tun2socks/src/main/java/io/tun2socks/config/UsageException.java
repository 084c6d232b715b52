package io.tun2socks.config;

/** The command line or the configuration file says something that is not understood; exit code 2. */
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message where (flag, or file, line and column), what was found there and what was expected
     */
    public UsageException(String message) {
        super(message);
    }
}
