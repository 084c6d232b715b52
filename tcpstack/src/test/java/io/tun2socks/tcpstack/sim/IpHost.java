package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.FlowHandler;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.StackStats;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.udp.UdpEndpoint;
import io.tun2socks.tcpstack.udp.UdpHandler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A stack for scripts of single packets: what it sent, and what its users were told. SYNs are not answered. */
final class IpHost implements AutoCloseable {
    final EventQueue events = new EventQueue(new SimClock(1_000_000_000L));
    final ArrayDeque<byte[]> sent = new ArrayDeque<>();
    final List<UdpEndpoint> endpoints = new ArrayList<>();
    /** The payload of each datagram delivered. */
    final List<String> datagrams = new ArrayList<>();

    int syns;
    private final SimHost host;

    IpHost(int mtu) {
        this(StackConfig.defaults(mtu, Offloads.NONE));
    }

    IpHost(StackConfig config) {
        host = new SimHost(events, config, 7, false, new Flows(), sent::add);
    }

    private final class Flows implements FlowHandler {
        @Override
        public void onTcp(TcpConnection connection) {
            syns++;
            connection.discard();
        }

        @Override
        public void onUdp(UdpEndpoint endpoint) {
            endpoints.add(endpoint);
            endpoint.handler(new UdpHandler() {
                @Override
                public void onDatagram(IpAddress destination, int port, ByteBuf payload) {
                    datagrams.add(payload.toString(StandardCharsets.ISO_8859_1));
                    payload.release();
                }

                @Override
                public void onBatchComplete() {}
            });
        }
    }

    /** Hands packets over, one device read each, and lets the stack answer. */
    IpHost receive(byte[]... packets) {
        for (byte[] packet : packets) {
            host.receive(SimPacket.plain(packet));
            events.runTo(events.now());
        }
        return this;
    }

    IpHost advance(long millis) {
        events.runTo(events.now() + millis * SimClock.MS);
        return this;
    }

    StackStats stats() {
        return host.stack().stats();
    }

    long usedMemory() {
        return host.usedMemory();
    }

    /** Sends a datagram of so many bytes from a flow's target to its client. */
    void send(FlowKey flow, int length) {
        ByteBuf payload = host.allocator().directBuffer(length + 1).writeZero(length);
        endpoints.get(endpoints.size() - 1).send(flow.target(), flow.targetPort(), payload);
    }

    /** The code point of the last packet that was passed on. */
    int dscp() {
        return host.stack().dscp();
    }

    /** Takes the only packet that the stack has sent since the last time. */
    byte[] onlyAnswer() {
        assertThat(sent).hasSize(1);
        return sent.poll();
    }

    /** Nothing was sent that has not been taken. */
    IpHost silent() {
        assertThat(sent).isEmpty();
        return this;
    }

    @Override
    public void close() {
        host.close();
    }
}
