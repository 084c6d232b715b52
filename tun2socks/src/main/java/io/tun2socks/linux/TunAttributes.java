package io.tun2socks.linux;

/**
 * What the kernel tells of a TUN or TAP device (IFLA_TUN_*, linux/if_link.h).
 *
 * @param tap whether it carries Ethernet frames (TAP), not IP packets (TUN)
 * @param packetInformation whether packets have the 4-byte header of a device without IFF_NO_PI
 * @param vnetHeader whether packets have a virtio-net header
 * @param multiQueue whether more than one descriptor may be attached
 * @param persistent whether the device outlives its descriptors
 * @param owner the user who may attach without CAP_NET_ADMIN, or -1
 * @param group the group that may attach without CAP_NET_ADMIN, or -1
 * @param queues the attached queues of a multi-queue device, or -1 if the kernel does not tell
 */
public record TunAttributes(
        boolean tap,
        boolean packetInformation,
        boolean vnetHeader,
        boolean multiQueue,
        boolean persistent,
        long owner,
        long group,
        int queues) {}
