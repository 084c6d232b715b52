package io.tun2socks.device;

import java.util.List;

/**
 * A TUN or TAP device as {@code ip -d link} shows it.
 *
 * @param name the interface name
 * @param type {@code tun} or {@code tap}
 * @param packetInformation whether packets have packet information headers ("pi")
 * @param vnetHeader whether packets have virtio-net headers ("vnet_hdr")
 * @param multiQueue whether more than one queue may be attached ("multi_queue")
 * @param queues the attached queues, or -1 where the kernel does not tell: it does for multi-queue devices
 * @param persistent whether the device outlives its users ("persist")
 * @param owner the user who may attach to it without privileges, by name where there is one, or an empty string
 * @param group the group that may, likewise
 * @param mtu the MTU in bytes
 * @param up whether the interface is up
 * @param attached whether a program is attached to it (the carrier)
 * @param addresses its addresses with prefix lengths
 */
public record TunInfo(
        String name,
        String type,
        boolean packetInformation,
        boolean vnetHeader,
        boolean multiQueue,
        int queues,
        boolean persistent,
        String owner,
        String group,
        int mtu,
        boolean up,
        boolean attached,
        List<String> addresses) {}
