package io.tun2socks.device;

import io.netty.buffer.ByteBufAllocator;
import io.tun2socks.linux.NetInterfaces;
import io.tun2socks.tcpstack.Offloads;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A TUN device of the Linux kernel. */
public final class TunDevice implements Device {
    private final String name;
    private final int mtu;
    private final Offloads offloads;
    private final List<TunQueue> queues;
    private final NetInterfaces interfaces;
    private final Runnable undo;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Makes a device of what {@link TunOpener} has prepared.
     *
     * @param fds the descriptors, one a queue; the device's from now on
     * @param interfaces closed with the device, after undo has run
     * @param undo puts back what opening changed
     */
    TunDevice(
            String name,
            int mtu,
            Offloads offloads,
            boolean vnetHeader,
            List<Integer> fds,
            NetInterfaces interfaces,
            Runnable undo) {
        this.name = name;
        this.mtu = mtu;
        this.offloads = offloads;
        this.queues = fds.stream()
                .map(fd -> new TunQueue(name, fd, vnetHeader, ByteBufAllocator.DEFAULT))
                .toList();
        this.interfaces = interfaces;
        this.undo = undo;
    }

    /**
     * Creates a device, or attaches to an existing persistent one, or takes over an inherited descriptor.
     *
     * <p>The device is created, or looked for, in the network namespace of the calling thread; it goes on to work from
     * any. A device that did not exist before goes away when it is closed; one that did is left as it was found.
     *
     * @param spec which and how
     * @return the open device
     * @throws DeviceException if it cannot be had; nothing is left behind, and an inherited descriptor stays open
     */
    public static TunDevice open(TunSpec spec) throws DeviceException {
        return TunOpener.open(spec);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public Offloads offloads() {
        return offloads;
    }

    @Override
    public int queues() {
        return queues.size();
    }

    @Override
    public PacketQueue queue(int index) {
        return queues.get(index);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        undo.run();
        queues.forEach(TunQueue::close);
        interfaces.close();
    }

    @Override
    public String toString() {
        return "TUN device " + name;
    }
}
