package io.tun2socks.it;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Packets that no decent client sends. The same seed gives the same packets. */
final class HostilePackets {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int[] PROTOCOLS4 = {TCP, TCP, UDP, 1, 2, 47, 50, 132};
    private static final int[] PROTOCOLS6 = {TCP, TCP, UDP, 58, 0, 43, 44, 60, 51, 59};

    private final SplittableRandom random;

    HostilePackets(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Noise, or a header of either version with noise behind it and some of its bytes wrong. */
    byte[] garbage() {
        return switch (random.nextInt(4)) {
            case 0 -> noise();
            case 1 -> mutated(headed(Family.V4));
            case 2 -> mutated(headed(Family.V6));
            default -> headed(random.nextBoolean() ? Family.V4 : Family.V6);
        };
    }

    /** The first fragment of a datagram of which the rest never comes. */
    byte[] firstFragment() {
        byte[] packet = packet4(UDP, 200, "10.64.0.1", Lab.HOST4);
        ByteBuffer view = ByteBuffer.wrap(packet);
        view.putShort(4, (short) random.nextInt()).putShort(6, (short) 0x2000);
        return checksummed(packet);
    }

    /** A segment with any flags and numbers for a connection that somebody else has. */
    byte[] blindSegment(int clientPort, int serverPort) {
        byte[] packet = packet4(TCP, 20 + random.nextInt(100), "10.64.0.1", Lab.HOST4);
        ByteBuffer view = ByteBuffer.wrap(packet);
        view.putShort(20, (short) clientPort).putShort(22, (short) serverPort);
        view.put(32, (byte) 0x50).put(33, (byte) (1 << random.nextInt(6)));
        view.putShort(36, (short) 0);
        int length = packet.length - 20;
        long sum = TCP + length + sum(packet, 12, 8) + sum(packet, 20, length);
        view.putShort(36, (short) ~fold(sum));
        return checksummed(packet);
    }

    private byte[] noise() {
        byte[] packet = new byte[1 + random.nextInt(1400)];
        random.nextBytes(packet);
        return packet;
    }

    private byte[] headed(Family family) {
        int payload = random.nextInt(1200);
        if (family == Family.V4) {
            return checksummed(packet4(PROTOCOLS4[random.nextInt(PROTOCOLS4.length)], payload, "10.64.0.1", Lab.HOST4));
        }
        byte[] packet = new byte[40 + payload];
        random.nextBytes(packet);
        ByteBuffer view = ByteBuffer.wrap(packet);
        view.putInt(0x60000000).putShort((short) payload);
        view.put((byte) PROTOCOLS6[random.nextInt(PROTOCOLS6.length)]).put((byte) 64);
        view.put(address("fd64::1")).put(address(Lab.HOST6));
        return packet;
    }

    private byte[] packet4(int protocol, int payload, String from, String to) {
        byte[] packet = new byte[20 + payload];
        random.nextBytes(packet);
        ByteBuffer view = ByteBuffer.wrap(packet);
        view.putShort((short) 0x4500).putShort((short) packet.length).putInt(0);
        view.put((byte) 64).put((byte) protocol).putShort((short) 0);
        view.put(address(from)).put(address(to));
        return packet;
    }

    private byte[] mutated(byte[] packet) {
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            packet[random.nextInt(Math.min(packet.length, 80))] = (byte) random.nextInt();
        }
        return packet;
    }

    private static byte[] address(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an address: " + text, e);
        }
    }

    private static byte[] checksummed(byte[] packet) {
        ByteBuffer view = ByteBuffer.wrap(packet);
        view.putShort(10, (short) 0);
        view.putShort(10, (short) ~fold(sum(packet, 0, 20)));
        return packet;
    }

    private static long sum(byte[] bytes, int from, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (long) (bytes[from + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        return sum;
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded > 0xffff) {
            folded = (folded & 0xffff) + (folded >> 16);
        }
        return (int) folded;
    }
}
