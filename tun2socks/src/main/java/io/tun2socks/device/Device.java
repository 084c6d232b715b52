package io.tun2socks.device;

import io.tun2socks.tcpstack.Offloads;

/**
 * A network device whose packets are ours: a TUN device, or a stand-in for tests.
 *
 * <p>Made and closed by one thread; its queues then belong to the event loops that they are started on.
 */
public interface Device extends AutoCloseable {
    /** Returns the name of the interface, such as {@code tun0}. */
    String name();

    /** Returns the MTU in bytes, 576 to 65535. */
    int mtu();

    /** Returns the offloads in force, the same for all queues. */
    Offloads offloads();

    /** Returns the number of queues, at least 1. */
    int queues();

    /** Returns a queue, 0 to {@link #queues} - 1. */
    PacketQueue queue(int index);

    /** Closes the queues and undoes what opening the device did; a device that existed before stays. */
    @Override
    void close();
}
