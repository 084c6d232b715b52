package io.tun2socks.tcpstack.sim.scale;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.FlowHandler;
import io.tun2socks.tcpstack.Handoff;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.OutboundPacket;
import io.tun2socks.tcpstack.Stack;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.sim.FlowKey;
import io.tun2socks.tcpstack.sim.Packets;
import io.tun2socks.tcpstack.sim.Seg;
import io.tun2socks.tcpstack.sim.SimPacket;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.tcp.TcpHandler;
import io.tun2socks.tcpstack.udp.UdpEndpoint;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.TcpHeader;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.util.Random;

/**
 * Very many connections on one stack, with clients that are no more than a few numbers each, so that what is measured is
 * the stack. The application behind it echoes.
 */
final class Crowd implements AutoCloseable {
    private static final int ISN = 1000;
    private static final int PORTS = 50_000;
    private static final int FIRST_PORT = 10_000;
    private static final int FIRST_ADDRESS = 0x0a00_0002;
    private static final IpAddress TARGET = IpAddress.parse("192.0.2.80").orElseThrow();
    private static final int TRANSPORT = VirtioNetHeader.LENGTH + Ipv4Header.LENGTH;

    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    private final Stack stack;
    private final ByteBuf scratch = Unpooled.directBuffer(1 << 16);
    private final int[] iss;
    private final int[] sent;
    private final int[] received;
    private long now = 1_000_000_000L;
    private int echoed;
    private int open;
    private boolean closing;

    /** Makes a stack for so many connections. */
    Crowd(int connections) {
        iss = new int[connections];
        sent = new int[connections];
        received = new int[connections];
        StackConfig config = StackConfig.defaults(1500, Offloads.ALL)
                .withTcp(TcpConfig.DEFAULT.withLimits(connections, 1024))
                .withMemoryLimit(64 << 20);
        stack = new Stack(config, this::toClient, new Flows(), Handoff.NONE, allocator, new Random(1), now, () -> {});
    }

    /** Returns how many connections are established. */
    int open() {
        return open;
    }

    /** Returns the bytes of the buffers that the stack's allocator has from the system. */
    long directMemory() {
        return allocator.metric().usedDirectMemory();
    }

    /** Opens all connections. */
    void connect() {
        for (int i = 0; i < iss.length; i++) {
            send(
                    i,
                    Seg.of(Seg.SYN)
                            .seq(ISN)
                            .mss(1460)
                            .sackPermitted(true)
                            .windowScale(7)
                            .timestamps(1, 0));
            expect(iss[i] != 0, "SYN-ACK", i);
            send(i, segment(i));
        }
        expect(open == iss.length, "established", open);
    }

    /** Each client sends so many bytes, gets them back and acknowledges them. */
    void exchange(int bytes) {
        for (int i = 0; i < iss.length; i++) {
            byte[] data = new byte[bytes];
            for (int k = 0; k < bytes; k++) {
                data[k] = pattern(i, sent[i] + k);
            }
            Seg s = segment(i).data(data);
            s.flags |= Seg.PSH;
            sent[i] += bytes;
            send(i, s);
            expect(received[i] == sent[i], "bytes echoed", i);
            send(i, segment(i));
        }
        expect(echoed == iss.length, "connections that had data", echoed);
        echoed = 0;
        // Delayed acknowledgements and whatever else is due.
        now += 1_000_000_000L;
        stack.tick(now);
    }

    private Seg segment(int i) {
        return Seg.of(Seg.ACK)
                .seq(ISN + 1 + sent[i])
                .ack(iss[i] + 1 + received[i])
                .timestamps((int) (now / 1_000_000), 0);
    }

    private void send(int i, Seg s) {
        IpAddress client = IpAddress.ofIpv4(FIRST_ADDRESS + i / PORTS);
        FlowKey flow = new FlowKey(client, FIRST_PORT + i % PORTS, TARGET, 80);
        now += 10_000;
        ByteBuf packet = SimPacket.plain(Packets.tcp(flow, s)).toBuffer(allocator);
        try {
            stack.receive(packet, now);
        } finally {
            packet.release();
        }
        stack.batchComplete();
        stack.flush(now);
        if (stack.nextDeadlineNanos() <= now) {
            stack.tick(now);
        }
    }

    private void toClient(OutboundPacket packet) {
        ByteBuf b = scratch.clear();
        packet.copyTo(b);
        int i = (Ipv4Header.destination(b, VirtioNetHeader.LENGTH) - FIRST_ADDRESS) * PORTS
                + TcpHeader.destinationPort(b, TRANSPORT)
                - FIRST_PORT;
        int flags = TcpHeader.flags(b, TRANSPORT);
        expect((flags & TcpHeader.RST) == 0 || closing, "no reset", i);
        if ((flags & TcpHeader.SYN) != 0) {
            iss[i] = TcpHeader.seq(b, TRANSPORT);
            return;
        }
        int data = TRANSPORT + TcpHeader.headerLength(b, TRANSPORT);
        int length = b.writerIndex() - data;
        if (length > 0) {
            expect(TcpHeader.seq(b, TRANSPORT) == iss[i] + 1 + received[i], "the next bytes", i);
        }
        for (int k = 0; k < length; k++) {
            expect(b.getByte(data + k) == pattern(i, received[i] + k), "the client's bytes", i);
        }
        received[i] += length;
    }

    private static byte pattern(int i, int position) {
        return (byte) (i * 31 + position * 7);
    }

    private static void expect(boolean condition, String what, int number) {
        if (!condition) {
            throw new AssertionError("not so: " + what + " (" + number + ")");
        }
    }

    @Override
    public void close() {
        closing = true;
        stack.close();
        scratch.release();
    }

    private final class Flows implements FlowHandler {
        @Override
        public void onTcp(TcpConnection connection) {
            connection.handler(new Echo(connection));
            connection.accept();
        }

        @Override
        public void onUdp(UdpEndpoint endpoint) {
            endpoint.close();
        }
    }

    private final class Echo implements TcpHandler {
        private final TcpConnection connection;

        Echo(TcpConnection connection) {
            this.connection = connection;
        }

        @Override
        public void onEstablished() {
            open++;
        }

        @Override
        public void onData(ByteBuf data) {
            echoed++;
            int length = data.readableBytes();
            connection.write(data);
            connection.consumed(length);
        }

        @Override
        public void onInputShutdown() {
            connection.shutdownOutput();
        }

        @Override
        public void onWritable() {}

        @Override
        public void onClosed(CloseReason reason) {
            open--;
        }
    }
}
