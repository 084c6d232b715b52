package io.tun2socks.tcpstack.sim.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tun2socks.tcpstack.sim.FlowKey;
import io.tun2socks.tcpstack.sim.Packets;
import io.tun2socks.tcpstack.sim.Seg;
import io.tun2socks.tcpstack.wire.InternetChecksum;
import io.tun2socks.tcpstack.wire.IpProtocol;
import io.tun2socks.tcpstack.wire.Ipv4Header;
import io.tun2socks.tcpstack.wire.Ipv6Header;
import io.tun2socks.tcpstack.wire.TcpHeader;
import java.util.Arrays;
import java.util.Random;

/** Makes packets that nobody should send out of packets that somebody has sent. */
final class Mutations {
    private static final int[] EDGES = {0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff};

    private final Random random;

    Mutations(Random random) {
        this.random = random;
    }

    /** Returns a changed copy; mostly with checksums that fit, so that it comes further than the first check. */
    byte[] mutate(byte[] original, byte[] other) {
        byte[] p = raw(original, other);
        if (random.nextInt(8) > 0) {
            fixLength(p);
        }
        if (random.nextInt(8) > 0) {
            fixChecksums(p);
        }
        return p;
    }

    /** Returns a changed copy without a thought of checksums. */
    byte[] raw(byte[] original, byte[] other) {
        byte[] p = original.clone();
        for (int i = random.nextInt(1, 4); i > 0 && p.length > 1; i--) {
            p = step(p, other);
        }
        return p;
    }

    private byte[] step(byte[] p, byte[] other) {
        return switch (random.nextInt(9)) {
            case 0 -> flipped(p);
            case 1 -> Arrays.copyOf(p, random.nextInt(1, p.length));
            case 2 -> Arrays.copyOf(p, p.length + random.nextInt(64));
            case 3 -> spliced(p, other);
            case 4 -> edge(p, random.nextInt(p.length));
            // Headers are where it hurts.
            case 5, 6 -> edge(p, random.nextInt(Math.min(p.length, 80)));
            case 7 -> lengths(p);
            default -> noise(p);
        };
    }

    private byte[] flipped(byte[] p) {
        for (int i = random.nextInt(1, 9); i > 0; i--) {
            p[random.nextInt(p.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return p;
    }

    private byte[] spliced(byte[] p, byte[] other) {
        int from = random.nextInt(other.length);
        int at = random.nextInt(p.length);
        byte[] out = Arrays.copyOf(p, at + Math.min(other.length - from, 2000));
        System.arraycopy(other, from, out, at, out.length - at);
        return out;
    }

    private byte[] edge(byte[] p, int at) {
        int value = EDGES[random.nextInt(EDGES.length)];
        p[at] = (byte) value;
        if (value > 0xff && at + 1 < p.length) {
            p[at] = (byte) (value >> 8);
            p[at + 1] = (byte) value;
        }
        return p;
    }

    private byte[] noise(byte[] p) {
        int at = random.nextInt(p.length);
        byte[] bytes = new byte[Math.min(random.nextInt(1, 40), p.length - at)];
        random.nextBytes(bytes);
        System.arraycopy(bytes, 0, p, at, bytes.length);
        return p;
    }

    /** Changes one of the fields that say how long something is. */
    private byte[] lengths(byte[] p) {
        boolean ipv4 = Packets.isIpv4(p);
        int transport = Packets.ipHeader(ipv4);
        int[] places = ipv4 ? new int[] {0, 2, 3, 6, 7} : new int[] {4, 5, 6};
        int place = random.nextInt(3) > 0
                ? places[random.nextInt(places.length)]
                // Data offset of TCP, length of UDP, length of an extension header.
                : transport + new int[] {12, 4, 5, 1}[random.nextInt(4)];
        if (place < p.length) {
            p[place] = place == 0 ? (byte) (0x40 | random.nextInt(16)) : (byte) random.nextInt(256);
        }
        return p;
    }

    private static void fixLength(byte[] p) {
        if (p.length >= Ipv4Header.LENGTH && Packets.isIpv4(p)) {
            p[2] = (byte) (p.length >> 8);
            p[3] = (byte) p.length;
        } else if (p.length >= Ipv6Header.LENGTH) {
            p[4] = (byte) ((p.length - Ipv6Header.LENGTH) >> 8);
            p[5] = (byte) (p.length - Ipv6Header.LENGTH);
        }
    }

    /** Sets the checksums of the IP header and of what is in it, where there is room for them. */
    static void fixChecksums(byte[] p) {
        boolean ipv4 = Packets.isIpv4(p);
        if (p.length < Packets.ipHeader(ipv4)) {
            return;
        }
        ByteBuf b = Unpooled.wrappedBuffer(p);
        int start = Ipv6Header.LENGTH;
        if (ipv4) {
            start = Math.max((p[0] & 0xf) * 4, Ipv4Header.LENGTH);
            if (start > p.length) {
                return;
            }
            b.setShort(10, 0);
            b.setShort(10, InternetChecksum.finish(InternetChecksum.sum(b, 0, start)));
        }
        int protocol = Packets.protocol(p);
        int field = switch (protocol) {
            case IpProtocol.TCP -> TcpHeader.CHECKSUM_OFFSET;
            case IpProtocol.UDP -> 6;
            case IpProtocol.ICMP, IpProtocol.ICMPV6 -> 2;
            default -> -1;
        };
        if (field < 0 || start + field + 2 > p.length) {
            return;
        }
        b.setShort(start + field, 0);
        long sum = InternetChecksum.sum(b, start, p.length - start);
        if (protocol != IpProtocol.ICMP) {
            var source = Packets.source(p);
            var target = Packets.destination(p);
            sum += InternetChecksum.pseudoHeader(
                    source.hi(), source.lo(), target.hi(), target.lo(), protocol, p.length - start);
        }
        b.setShort(start + field, InternetChecksum.finish(sum));
    }

    /** Returns a segment of a live connection with fields changed as only TCP understands; checksums fit. */
    byte[] segment(FlowKey flow, Seg s) {
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            field(s);
        }
        return Packets.tcp(flow, s);
    }

    private void field(Seg s) {
        switch (random.nextInt(10)) {
            case 0 -> s.seq(s.seq + distance());
            case 1 -> s.ack(s.ack + distance());
            case 2 -> s.window(EDGES[random.nextInt(EDGES.length)]);
            case 3 -> s.flags ^= 1 << random.nextInt(8);
            case 4 -> s.flags = random.nextInt(256);
            case 5 -> s.sack(s.ack + distance(), s.ack + distance(), s.ack + distance(), s.ack + distance());
            case 6 -> s.timestamps(s.tsVal + distance(), s.tsEcr + distance());
            case 7 -> {
                s.mss(random.nextInt(65536));
                s.windowScale(random.nextInt(256));
            }
            case 8 -> s.data(new byte[random.nextInt(1400)]);
            default -> s.data(Arrays.copyOf(s.payload, random.nextInt(s.payload.length + 1)));
        }
        if (s.sack.length > 4) {
            s.sack(Arrays.copyOf(s.sack, 4));
        }
        if (s.sack.length > 0) {
            s.mss(-1).windowScale(-1);
        }
    }

    private int distance() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(-2, 3);
            case 1 -> random.nextInt(-3000, 3000);
            case 2 -> random.nextInt(-100_000, 100_000);
            default -> random.nextInt();
        };
    }
}
