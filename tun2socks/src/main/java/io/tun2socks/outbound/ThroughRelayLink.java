package io.tun2socks.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tun2socks.tcpstack.ip.IpAddress;

/** Datagrams to and from the relay through another outbound. On its event loop only. */
final class ThroughRelayLink implements RelayLink, UdpReceiver {
    private final Destination relay;
    private final Listener listener;
    private Future<UdpTransport> opening;
    private UdpTransport transport;
    private boolean closed;

    ThroughRelayLink(Destination relay, Listener listener) {
        this.relay = relay;
        this.listener = listener;
    }

    /** Opens the way. */
    void open(Outbound way, EventLoop loop) {
        if (!DialDepth.enter()) {
            listener.onFailed("more than " + DialDepth.MAX + " upstreams behind one another", null);
            return;
        }
        try {
            opening = way.openUdp(loop, this);
        } finally {
            DialDepth.leave();
        }
        opening.addListener((Future<UdpTransport> future) -> {
            opening = null;
            if (future.isSuccess() && closed) {
                future.getNow().close();
            } else if (future.isSuccess()) {
                transport = future.getNow();
                listener.onOpen();
            } else if (!closed) {
                listener.onFailed("the way to the relay " + relay, future.cause());
            }
        });
    }

    @Override
    public boolean isWritable() {
        return transport != null;
    }

    @Override
    public void write(ByteBuf datagram) {
        transport.send(relay, datagram);
    }

    @Override
    public void flush() {
        if (transport != null) {
            transport.flush();
        }
    }

    @Override
    public void close() {
        closed = true;
        if (opening != null) {
            opening.cancel(false);
        }
        if (transport != null) {
            transport.close();
            transport = null;
        }
    }

    @Override
    public void onDatagram(IpAddress source, int port, ByteBuf payload) {
        boolean theRelays = port == relay.port()
                && (relay.address() == null || relay.address().equals(source));
        if (closed) {
            payload.release();
        } else if (theRelays) {
            listener.onDatagram(payload);
        } else {
            payload.release();
            listener.onDropped();
        }
    }

    @Override
    public void onReadComplete() {
        if (!closed) {
            listener.onReadComplete();
        }
    }

    @Override
    public void onUnreachable(Destination destination) {
        if (!closed) {
            listener.onFailed("the relay port is closed", null);
        }
    }

    @Override
    public void onClosed(Throwable cause) {
        transport = null;
        if (!closed) {
            listener.onFailed("the way to the relay was closed", cause);
        }
    }
}
