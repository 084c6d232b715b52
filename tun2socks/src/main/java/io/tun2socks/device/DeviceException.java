package io.tun2socks.device;

import java.io.IOException;

/** A device could not be opened or set up; the message names the device, what was tried and what to do about it. */
public final class DeviceException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what went wrong, for people
     */
    public DeviceException(String message) {
        super(message);
    }
}
