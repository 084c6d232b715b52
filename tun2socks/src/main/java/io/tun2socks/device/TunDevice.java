package io.tun2socks.device;

/** A TUN device of the Linux kernel. */
public final class TunDevice {
    private TunDevice() {}

    /**
     * Creates a device, or attaches to an existing persistent one.
     *
     * @param spec which and how
     * @return the open device
     * @throws DeviceException if it cannot be had
     */
    public static Device open(TunSpec spec) throws DeviceException {
        if (spec.queues() > 0) {
            throw new DeviceException("under construction " + spec);
        }
        return null;
    }
}
