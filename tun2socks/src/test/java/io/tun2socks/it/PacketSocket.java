package io.tun2socks.it;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Sends packets of any content out of an interface, past the kernel's own stack (packet(7)). */
final class PacketSocket implements AutoCloseable {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int ETH_P_IP = 0x0800;
    private static final int ETH_P_IPV6 = 0x86dd;

    /** What of the C library is needed here. */
    private interface LibC extends Library {
        LibC INSTANCE = Native.load("c", LibC.class);

        int socket(int domain, int type, int protocol) throws LastErrorException;

        int if_nametoindex(String name) throws LastErrorException;

        int sendto(int fd, byte[] packet, long length, int flags, byte[] address, int addressLength)
                throws LastErrorException;

        int close(int fd) throws LastErrorException;
    }

    private final int fd;
    private final int index;

    private PacketSocket(int fd, int index) {
        this.fd = fd;
        this.index = index;
    }

    /** Opens a socket that sends only, on an interface without link-layer headers. */
    static PacketSocket open(NetNs namespace, String device) throws Exception {
        return namespace.call(() -> {
            int index = LibC.INSTANCE.if_nametoindex(device);
            return new PacketSocket(LibC.INSTANCE.socket(AF_PACKET, SOCK_RAW, 0), index);
        });
    }

    /**
     * Sends a packet.
     *
     * @return false if the device's queue was full or the packet longer than its MTU
     */
    boolean send(byte[] packet) {
        boolean six = packet.length > 0 && (packet[0] & 0xf0) == 0x60;
        ByteBuffer address = ByteBuffer.allocate(20).order(ByteOrder.nativeOrder());
        address.putShort((short) AF_PACKET);
        address.order(ByteOrder.BIG_ENDIAN).putShort((short) (six ? ETH_P_IPV6 : ETH_P_IP));
        address.order(ByteOrder.nativeOrder()).putInt(index);
        try {
            return LibC.INSTANCE.sendto(fd, packet, packet.length, 0, address.array(), 20) == packet.length;
        } catch (LastErrorException e) {
            return false;
        }
    }

    @Override
    public void close() {
        LibC.INSTANCE.close(fd);
    }
}
