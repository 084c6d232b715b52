package io.tun2socks.tcpstack.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.FlowHandler;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.udp.UdpEndpoint;
import io.tun2socks.tcpstack.udp.UdpHandler;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Whatever comes, nothing is thrown, memory stays bounded, and a healthy connection goes on. */
class FuzzTest {
    private static final int BYTES = 60_000;

    @Property(tries = 40, shrinking = ShrinkingMode.OFF)
    void hostilePacketsBesideAHealthyConnection(@ForAll long seed) {
        Random random = new Random(seed);
        EventQueue events = new EventQueue(new SimClock(0));
        StackConfig config = StackConfig.defaults(1500, random.nextBoolean() ? Offloads.ALL : Offloads.NONE)
                .withTcp(
                        TcpConfig.DEFAULT.withBuffers(1 << 14, 1 << 14, 1 << 16).withLimits(60, 20))
                .withMaxUdpEndpoints(20);
        List<StreamApp> apps = new ArrayList<>();
        byte[] up = new byte[BYTES];
        byte[] down = new byte[BYTES];
        random.nextBytes(up);
        random.nextBytes(down);
        SimHost[] host = new SimHost[1];
        SimClient[] client = new SimClient[1];
        FlowKey healthy = FlowKey.v4(40000);
        List<byte[]> seen = new ArrayList<>();
        host[0] = new SimHost(events, config, seed, false, flows(events, host, apps, random, down), ip -> {
            remember(seen, ip, random);
            if (Packets.destination(ip).equals(healthy.client())) {
                events.after(SimClock.MS, () -> client[0].receive(SimPacket.plain(ip)));
            }
        });
        client[0] = new SimClient(
                healthy,
                ClientOptions.modern(true, 1500),
                events,
                random,
                packet -> {
                    remember(seen, packet.ip(), random);
                    events.after(SimClock.MS, () -> host[0].receive(packet));
                },
                up);
        client[0].start();
        for (int i = 0; i < 1000; i++) {
            events.after(random.nextLong(3000 * SimClock.MS), () -> host[0].receive(hostile(random, seen)));
        }
        long end = events.now() + 600_000 * SimClock.MS;
        long most = 0;
        while (events.now() < end && !client[0].isFinished()) {
            events.runTo(events.now() + 20 * SimClock.MS);
            most = Math.max(most, host[0].usedMemory());
        }
        assertThat(client[0].isReset()).isFalse();
        assertThat(client[0].isFinished()).as("the healthy connection finished").isTrue();
        // Others may have opened connections of the same name before and after it.
        StreamApp app = apps.stream()
                .filter(a -> a.connection().clientAddress().equals(healthy.client())
                        && a.connection().clientPort() == healthy.clientPort()
                        && a.closeReason() == CloseReason.FINISHED)
                .findFirst()
                .orElseThrow();
        assertThat(app.received()).isEqualTo(up);
        assertThat(client[0].received()).isEqualTo(down);
        assertThat(most).as("bytes held").isLessThan(20L << 20);
        events.runTo(events.now() + 3100 * SimClock.MS);
        apps.forEach(StreamApp::close);
        host[0].close();
    }

    /** Packets of the healthy connection are material for mutations. */
    private static void remember(List<byte[]> seen, byte[] ip, Random random) {
        if (seen.size() < 50) {
            seen.add(ip);
        } else if (random.nextInt(10) == 0) {
            seen.set(random.nextInt(50), ip);
        }
    }

    private static FlowHandler flows(
            EventQueue events, SimHost[] host, List<StreamApp> apps, Random random, byte[] down) {
        return new FlowHandler() {
            @Override
            public void onTcp(TcpConnection connection) {
                apps.add(new StreamApp(
                        connection, events, host[0].allocator(), random, StreamApp.Behaviour.PROMPT, down));
                if (connection.clientPort() == 40000 || random.nextInt(4) > 0) {
                    connection.accept();
                } else {
                    connection.refuse();
                }
            }

            @Override
            public void onUdp(UdpEndpoint endpoint) {
                endpoint.handler(new UdpHandler() {
                    @Override
                    public void onDatagram(IpAddress destination, int port, ByteBuf payload) {
                        endpoint.send(destination, port, payload);
                    }

                    @Override
                    public void onBatchComplete() {
                        endpoint.close();
                    }
                });
            }
        };
    }

    private static SimPacket hostile(Random random, List<byte[]> seen) {
        return switch (random.nextInt(5)) {
            case 0 -> noise(random);
            case 1 -> SimPacket.plain(mutated(random, seen.get(random.nextInt(seen.size()))));
            case 2 -> wellFormedIp(random);
            default -> segment(random);
        };
    }

    private static SimPacket noise(Random random) {
        byte[] bytes = new byte[random.nextInt(1, 200)];
        random.nextBytes(bytes);
        bytes[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
        return SimPacket.plain(bytes);
    }

    private static byte[] mutated(Random random, byte[] original) {
        byte[] bytes = Arrays.copyOf(original, random.nextInt(4) == 0 ? random.nextInt(1, 100) : original.length);
        bytes[random.nextInt(bytes.length)] ^= (byte) random.nextInt(1, 256);
        return bytes;
    }

    /** Right addresses and checksum, and anything behind them. */
    private static SimPacket wellFormedIp(Random random) {
        FlowKey flow = random.nextBoolean() ? FlowKey.v4(1) : FlowKey.v6(1);
        int[] protocols = {
            IpProtocol.TCP, IpProtocol.UDP, IpProtocol.ICMP, IpProtocol.ICMPV6, IpProtocol.FRAGMENT, 0, 43, 60
        };
        byte[] transport = new byte[random.nextInt(20, 120)];
        random.nextBytes(transport);
        int protocol = protocols[random.nextInt(protocols.length)];
        int checksum = protocol == IpProtocol.TCP ? 16 : protocol == IpProtocol.UDP ? 6 : 2;
        transport[checksum] = 0;
        transport[checksum + 1] = 0;
        if (random.nextBoolean() && protocol == IpProtocol.TCP) {
            transport[12] = (byte) (random.nextInt(5, transport.length / 4 + 1) << 4);
        }
        byte[] ip = Packets.ip(flow.client(), flow.target(), protocol, transport, checksum);
        int gso = random.nextInt(10) == 0 && protocol == IpProtocol.UDP ? VirtioNetHeader.GSO_UDP_L4 : 0;
        return new SimPacket(ip, gso, gso == 0 ? 0 : random.nextInt(100));
    }

    /** Valid segments without sense, of a few connections beside the healthy one; and blind attacks on that. */
    private static SimPacket segment(Random random) {
        boolean attack = random.nextInt(4) == 0;
        FlowKey flow = attack
                ? FlowKey.v4(40000)
                : random.nextBoolean() ? FlowKey.v4(random.nextInt(1, 9)) : FlowKey.v6(random.nextInt(1, 9));
        // Numbers of the attack are far from the connection's: in its window they would be a client's own.
        int seq = attack ? random.nextInt(1 << 30, Integer.MAX_VALUE) : random.nextInt(3000);
        Seg s = Seg.of(random.nextInt(3) == 0 ? Seg.SYN : random.nextInt(64))
                .seq(seq)
                .ack(random.nextInt())
                .window(random.nextInt(65536))
                .mss(random.nextBoolean() ? random.nextInt(65536) : -1)
                .windowScale(random.nextBoolean() ? random.nextInt(256) : -1)
                .sackPermitted(random.nextBoolean())
                .data(new byte[random.nextInt(2) * random.nextInt(1, 1000)]);
        if (random.nextInt(4) == 0) {
            s.sack(random.nextInt(), random.nextInt(), random.nextInt(), random.nextInt());
            s.mss(-1).windowScale(-1);
        }
        return SimPacket.plain(Packets.tcp(flow, s));
    }
}
