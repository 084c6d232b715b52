package io.tun2socks.cli;

/** The run failed; exit code 1. */
final class RunFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message one line for the user
     * @param cause below, or null
     */
    RunFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
