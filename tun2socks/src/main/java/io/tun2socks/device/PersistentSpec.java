package io.tun2socks.device;

import java.util.List;

/**
 * A persistent device that is to be created.
 *
 * @param name the interface name, may hold one {@code %d} that the kernel fills in
 * @param tap whether a TAP device, else TUN
 * @param multiQueue whether more than one queue may be attached
 * @param vnetHeader whether packets have virtio-net headers
 * @param owner the user, name or number, who may attach to it without privileges, or null for root only
 * @param group the group that may, likewise
 * @param mtu the MTU, 576 (1280 with an IPv6 address) to 65535, or 0 for the kernel's choice
 * @param addresses addresses with prefix lengths
 * @param up whether to set it up
 */
public record PersistentSpec(
        String name,
        boolean tap,
        boolean multiQueue,
        boolean vnetHeader,
        String owner,
        String group,
        int mtu,
        List<String> addresses,
        boolean up) {}
