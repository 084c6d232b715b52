package io.tun2socks.device;

import io.tun2socks.tcpstack.Offloads;
import java.util.List;

/** A device that does something with the packets of another one, queue by queue; closes that one with itself. */
abstract class DeviceDecorator<Q extends PacketQueue> implements Device {
    private final Device inner;
    private final List<Q> queues;

    DeviceDecorator(Device inner, List<Q> queues) {
        this.inner = inner;
        this.queues = queues;
    }

    @Override
    public final String name() {
        return inner.name();
    }

    @Override
    public final int mtu() {
        return inner.mtu();
    }

    @Override
    public final Offloads offloads() {
        return inner.offloads();
    }

    @Override
    public final int queues() {
        return queues.size();
    }

    @Override
    public final PacketQueue queue(int index) {
        return queues.get(index);
    }

    @Override
    public void close() {
        queues.forEach(PacketQueue::close);
        inner.close();
    }
}
