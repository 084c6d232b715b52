package io.tun2socks.tcpstack.sim.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.tun2socks.tcpstack.FlowHandler;
import io.tun2socks.tcpstack.Offloads;
import io.tun2socks.tcpstack.StackConfig;
import io.tun2socks.tcpstack.icmp.Unreachable;
import io.tun2socks.tcpstack.ip.IpAddress;
import io.tun2socks.tcpstack.sim.ClientOptions;
import io.tun2socks.tcpstack.sim.EventQueue;
import io.tun2socks.tcpstack.sim.FlowKey;
import io.tun2socks.tcpstack.sim.Packets;
import io.tun2socks.tcpstack.sim.Seg;
import io.tun2socks.tcpstack.sim.SimClient;
import io.tun2socks.tcpstack.sim.SimClock;
import io.tun2socks.tcpstack.sim.SimHost;
import io.tun2socks.tcpstack.sim.SimPacket;
import io.tun2socks.tcpstack.sim.StreamApp;
import io.tun2socks.tcpstack.tcp.CloseReason;
import io.tun2socks.tcpstack.tcp.ConnectionProbe;
import io.tun2socks.tcpstack.tcp.TcpConfig;
import io.tun2socks.tcpstack.tcp.TcpConnection;
import io.tun2socks.tcpstack.udp.UdpEndpoint;
import io.tun2socks.tcpstack.udp.UdpHandler;
import io.tun2socks.tcpstack.wire.VirtioNetHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A stack with a healthy connection and several victims, and a thousand hostile packets. Whatever they do to the victims,
 * nothing is thrown, invariants hold, memory stays bounded, and the healthy connection arrives whole.
 */
final class FuzzRound {
    private static final int BYTES = 60_000;
    private static final int HOSTILE = 1000;
    private static final int VICTIMS = 6;
    private static final int SEEN = 60;
    private static final long MEMORY = 20L << 20;
    private static final List<Unreachable> REASONS = List.of(Unreachable.values());
    private static final FlowKey HEALTHY = FlowKey.v4(40000);

    /** A connection that may come to harm, and the last segments of its client. */
    private record Victim(FlowKey flow, SimClient client) {}

    private final Random random;
    private final Mutations mutations;
    private final List<byte[]> corpus;
    private final EventQueue events = new EventQueue(new SimClock(0));
    private final SimHost host;
    private final SimClient healthy;
    private final List<Victim> victims = new ArrayList<>();
    private final List<StreamApp> apps = new ArrayList<>();
    private final List<ConnectionProbe> probes = new ArrayList<>();
    private final List<byte[]> seen = new ArrayList<>();
    private final byte[] up = new byte[BYTES];
    private final byte[] down = new byte[BYTES];
    private long most;

    FuzzRound(long seed, List<byte[]> corpus) {
        this.corpus = corpus;
        random = new Random(seed);
        mutations = new Mutations(random);
        random.nextBytes(up);
        random.nextBytes(down);
        StackConfig config = StackConfig.defaults(1500, random.nextBoolean() ? Offloads.ALL : Offloads.NONE)
                .withTcp(
                        TcpConfig.DEFAULT.withBuffers(1 << 14, 1 << 14, 1 << 16).withLimits(60, 20))
                .withMaxUdpEndpoints(20);
        host = new SimHost(events, config, seed, false, new Flows(), this::deliver);
        healthy = client(HEALTHY);
        for (int i = 1; i <= VICTIMS; i++) {
            FlowKey flow = i % 2 == 0 ? FlowKey.v4(40000 + i) : FlowKey.v6(40000 + i);
            victims.add(new Victim(flow, client(flow)));
        }
    }

    private SimClient client(FlowKey flow) {
        boolean modern = flow.equals(HEALTHY) || random.nextBoolean();
        ClientOptions options = ClientOptions.modern(flow.isIpv4(), 1500);
        return new SimClient(
                flow,
                modern ? options : options.reading(3000, 300 * SimClock.MS),
                events,
                random,
                packet -> {
                    remember(packet.ip());
                    events.after(SimClock.MS, () -> host.receive(packet));
                },
                up);
    }

    /** Runs to the end. */
    void run() {
        events.afterEach(this::check);
        healthy.start();
        for (Victim victim : victims) {
            events.after(random.nextLong(2000) * SimClock.MS, victim.client()::start);
        }
        for (int i = 0; i < HOSTILE; i++) {
            events.after(random.nextLong(3000 * SimClock.MS), this::attack);
        }
        try {
            boolean done = events.runUntil(
                    () -> healthy.isFinished() || healthy.isReset(), events.now() + 600_000 * SimClock.MS);
            assertThat(healthy.isReset()).as("the healthy connection was reset").isFalse();
            assertThat(done).as("the healthy connection finished").isTrue();
            assertThat(healthy.received()).isEqualTo(down);
            events.runTo(events.now() + 3100 * SimClock.MS);
            // Others may have opened connections of the same name before and after it.
            StreamApp app = apps.stream()
                    .filter(a -> a.connection().clientAddress().equals(HEALTHY.client())
                            && a.connection().clientPort() == HEALTHY.clientPort()
                            && a.closeReason() == CloseReason.FINISHED)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("our side of the healthy connection finished"));
            assertThat(app.received()).isEqualTo(up);
            assertThat(most).as("bytes held").isLessThan(MEMORY);
        } finally {
            apps.forEach(StreamApp::close);
            host.close();
        }
    }

    private void check() {
        most = Math.max(most, host.usedMemory());
        for (ConnectionProbe probe : probes) {
            probe.check();
        }
        probes.removeIf(probe -> !probe.connection().isOpen());
    }

    private void deliver(byte[] ip) {
        remember(ip);
        for (Victim victim : victims) {
            if (isTo(ip, victim.flow())) {
                events.after(SimClock.MS, () -> harm(victim, ip));
                return;
            }
        }
        if (isTo(ip, HEALTHY)) {
            events.after(SimClock.MS, () -> healthy.receive(SimPacket.plain(ip)));
        }
    }

    /** What a victim's client finds wrong is what the attacker did, in its name, not the stack's fault. */
    private static void harm(Victim victim, byte[] ip) {
        try {
            victim.client().receive(SimPacket.plain(ip));
        } catch (AssertionError e) {
            victim.client().abort();
        }
    }

    private static boolean isTo(byte[] ip, FlowKey flow) {
        int port = Packets.ipHeader(Packets.isIpv4(ip)) + 2;
        return Packets.destination(ip).equals(flow.client())
                && Packets.source(ip).equals(flow.target())
                && ip.length >= port + 2
                && port(ip, port) == flow.clientPort();
    }

    private static int port(byte[] ip, int at) {
        return (ip[at] & 0xff) * 256 + (ip[at + 1] & 0xff);
    }

    /** What goes to and fro is material for mutations. */
    private void remember(byte[] ip) {
        if (seen.size() < SEEN) {
            seen.add(ip);
        } else if (random.nextInt(4) == 0) {
            seen.set(random.nextInt(SEEN), ip);
        }
    }

    // ---- hostile packets ----

    private void attack() {
        switch (random.nextInt(8)) {
            case 0 -> host.receive(SimPacket.plain(noise()));
            case 1, 2 -> host.receive(SimPacket.plain(mutated(corpus)));
            case 3 -> host.receive(SimPacket.plain(mutated(seen)));
            case 4 -> host.receiveRaw(frame());
            case 5 -> host.receive(SimPacket.plain(blind()));
            default -> host.receive(SimPacket.plain(informed()));
        }
    }

    private byte[] noise() {
        byte[] bytes = new byte[random.nextInt(1, 200)];
        random.nextBytes(bytes);
        bytes[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
        return bytes;
    }

    private byte[] mutated(List<byte[]> from) {
        while (true) {
            byte[] original = from.get(random.nextInt(from.size()));
            byte[] packet = mutations.mutate(original, corpus.get(random.nextInt(corpus.size())));
            if (!isHealthys(packet)) {
                return packet;
            }
        }
    }

    /** A valid segment in the healthy client's name and its window would be its own. */
    private static boolean isHealthys(byte[] packet) {
        Seg s = Packets.tcp(packet);
        return s != null
                && Packets.source(packet).equals(HEALTHY.client())
                && Packets.destination(packet).equals(HEALTHY.target())
                && port(packet, 20) == HEALTHY.clientPort();
    }

    /** A device frame whose virtio-net header is wrong as well. */
    private byte[] frame() {
        byte[] ip = mutated(random.nextBoolean() ? corpus : seen);
        byte[] frame = new byte[VirtioNetHeader.LENGTH + ip.length];
        for (int i = 0; i < VirtioNetHeader.LENGTH; i++) {
            frame[i] = (byte) (random.nextBoolean() ? random.nextInt(8) : random.nextInt(256));
        }
        // A checksum that the device vouches for is not looked at; then damage in the healthy client's name is its own.
        frame[0] &= (byte) ~VirtioNetHeader.F_NEEDS_CSUM;
        frame[0] &= (byte) ~VirtioNetHeader.F_DATA_VALID;
        System.arraycopy(ip, 0, frame, VirtioNetHeader.LENGTH, ip.length);
        return frame;
    }

    /** Attacks on the healthy connection by somebody who does not see it; numbers are far from its own. */
    private byte[] blind() {
        Seg s = Seg.of(random.nextInt(64))
                .seq(random.nextInt(1 << 30, Integer.MAX_VALUE))
                .ack(random.nextInt())
                .window(random.nextInt(65536))
                .data(new byte[random.nextInt(2) * random.nextInt(1, 1000)]);
        return Packets.tcp(HEALTHY, s);
    }

    /** Attacks on a victim by somebody who sees all of it. */
    private byte[] informed() {
        Victim victim = victims.get(random.nextInt(victims.size()));
        for (int i = seen.size() - 1; i >= 0; i--) {
            byte[] ip = seen.get(i);
            Seg s = Packets.tcp(ip);
            if (s != null && Packets.source(ip).equals(victim.flow().client()) && !isHealthys(ip)) {
                return mutations.segment(victim.flow(), s);
            }
        }
        return mutations.segment(victim.flow(), Seg.of(Seg.SYN).seq(random.nextInt()));
    }

    /** Some connections are accepted, at once or later, others refused; some apps end early. */
    private final class Flows implements FlowHandler {
        @Override
        public void onTcp(TcpConnection connection) {
            StreamApp app =
                    new StreamApp(connection, events, host.allocator(), random, StreamApp.Behaviour.PROMPT, down);
            apps.add(app);
            probes.add(new ConnectionProbe(connection));
            if (connection.clientPort() == HEALTHY.clientPort()) {
                connection.accept();
                return;
            }
            events.after(random.nextLong(500) * SimClock.MS, () -> decide(app));
            if (random.nextInt(4) == 0) {
                events.after(random.nextLong(3000) * SimClock.MS, connection::abort);
            }
        }

        private void decide(StreamApp app) {
            if (app.closeReason() != null) {
                return;
            }
            switch (random.nextInt(8)) {
                case 0 -> app.connection().refuse();
                case 1 -> app.connection().unreachable(REASONS.get(random.nextInt(REASONS.size())));
                case 2 -> app.connection().discard();
                default -> app.connection().accept();
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
    }
}
