package io.tun2socks.device;

import java.util.List;

/**
 * What TUN device to open.
 *
 * @param name the interface name, 1 to 15 bytes; may hold one {@code %d} that the kernel fills in; null with
 *     {@code inheritedFd}
 * @param inheritedFd an open file descriptor of a TUN device that somebody else attached ({@code fd://N}), or -1
 * @param mtu the MTU to set, 576 (1280 with an IPv6 address) to 65535, or 0 to keep the device's own
 * @param addresses addresses with prefix lengths to add, such as {@code 10.0.0.1/24} or {@code fd00::1/64}
 * @param queues the number of queues wanted, 1 to 256; more than 1 asks for IFF_MULTI_QUEUE
 * @param offloads whether vnet_hdr and offloads are asked for
 * @param bringUp whether to set the interface up
 */
public record TunSpec(
        String name, int inheritedFd, int mtu, List<String> addresses, int queues, boolean offloads, boolean bringUp) {}
