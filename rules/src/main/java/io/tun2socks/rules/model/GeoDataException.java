package io.tun2socks.rules.model;

/** Geographic data is missing or broken; the message names the file, the key that names it and where to get it. */
public final class GeoDataException extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * Makes an exception.
     *
     * @param message what is missing, complete
     */
    public GeoDataException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what is wrong, complete
     * @param cause why
     */
    public GeoDataException(String message, Throwable cause) {
        super(message, cause);
    }
}
