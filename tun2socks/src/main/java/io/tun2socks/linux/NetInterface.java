package io.tun2socks.linux;

import java.util.Optional;

/**
 * A network interface at one moment.
 *
 * @param index the kernel's number for it, at least 1
 * @param name its name
 * @param mtu its MTU in bytes
 * @param up whether it is set up
 * @param carrier whether something is attached to it
 * @param kind its kind, such as {@code tun} or {@code veth}; empty for hardware
 * @param tun what is special to a TUN or TAP device; empty for other kinds and very old kernels
 */
public record NetInterface(
        int index, String name, int mtu, boolean up, boolean carrier, String kind, Optional<TunAttributes> tun) {
    /** Tells whether the interface is a TUN or TAP device. */
    public boolean isTunOrTap() {
        return kind.equals("tun");
    }
}
