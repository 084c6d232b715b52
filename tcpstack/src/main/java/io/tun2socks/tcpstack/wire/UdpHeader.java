package io.tun2socks.tcpstack.wire;

import io.netty.buffer.ByteBuf;

/** The UDP header (RFC 768). */
public final class UdpHeader {
    /** The length in bytes. */
    public static final int LENGTH = 8;
    /** Where the checksum field lies. */
    public static final int CHECKSUM_OFFSET = 6;

    private UdpHeader() {}

    /** Returns the source port. */
    public static int sourcePort(ByteBuf b, int o) {
        return b.getUnsignedShort(o);
    }

    /** Returns the destination port. */
    public static int destinationPort(ByteBuf b, int o) {
        return b.getUnsignedShort(o + 2);
    }

    /** Returns the length of header and payload. */
    public static int length(ByteBuf b, int o) {
        return b.getUnsignedShort(o + 4);
    }

    /** Returns the checksum; 0 means none (IPv4 only). */
    public static int checksum(ByteBuf b, int o) {
        return b.getUnsignedShort(o + CHECKSUM_OFFSET);
    }

    /**
     * Appends a header.
     *
     * @param out the buffer appended to
     * @param sourcePort source port
     * @param destinationPort destination port
     * @param length header and payload in bytes
     * @param checksum the checksum
     */
    public static void write(ByteBuf out, int sourcePort, int destinationPort, int length, int checksum) {
        out.writeShort(sourcePort)
                .writeShort(destinationPort)
                .writeShort(length)
                .writeShort(checksum);
    }
}
