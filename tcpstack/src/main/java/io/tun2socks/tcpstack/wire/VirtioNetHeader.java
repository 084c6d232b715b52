package io.tun2socks.tcpstack.wire;

import io.netty.buffer.ByteBuf;

/**
 * {@code struct virtio_net_hdr} (VIRTIO 1.2, 5.1.6), 10 bytes, little-endian: what stands before every packet of a
 * device opened with IFF_VNET_HDR, and before every packet at the stack's edges.
 */
public final class VirtioNetHeader {
    /** The header's length in bytes. */
    public static final int LENGTH = 10;

    /** The checksum field holds the pseudo-header sum only; see {@link #csumStart}. */
    public static final int F_NEEDS_CSUM = 1;
    /** The checksum has been verified. */
    public static final int F_DATA_VALID = 2;

    /** A plain packet. */
    public static final int GSO_NONE = 0;
    /** A TCP super-segment over IPv4. */
    public static final int GSO_TCPV4 = 1;
    /** A TCP super-segment over IPv6. */
    public static final int GSO_TCPV6 = 4;
    /** A UDP super-datagram: payloads of gso_size each, the last may be shorter. */
    public static final int GSO_UDP_L4 = 5;
    /** Flag in gso_type: the super-segment has CWR set. */
    public static final int GSO_ECN = 0x80;

    private VirtioNetHeader() {}

    /** Returns the flags at an offset. */
    public static int flags(ByteBuf b, int o) {
        return b.getUnsignedByte(o);
    }

    /** Returns the gso_type without {@link #GSO_ECN}. */
    public static int gsoType(ByteBuf b, int o) {
        return b.getByte(o + 1) & ~GSO_ECN & 0xff;
    }

    /** Returns the payload bytes of each segment. */
    public static int gsoSize(ByteBuf b, int o) {
        return b.getUnsignedShortLE(o + 4);
    }

    /** Returns where the checksummed region begins, counted from the IP header. */
    public static int csumStart(ByteBuf b, int o) {
        return b.getUnsignedShortLE(o + 6);
    }

    /** Returns where the checksum field lies, counted from {@link #csumStart}. */
    public static int csumOffset(ByteBuf b, int o) {
        return b.getUnsignedShortLE(o + 8);
    }

    /**
     * Tells whether the device vouches for the transport checksum, so that it need not be verified.
     *
     * @param b the packet
     * @param o where the header begins
     * @return whether NEEDS_CSUM or DATA_VALID is set
     */
    public static boolean checksumTrusted(ByteBuf b, int o) {
        return (b.getByte(o) & (F_NEEDS_CSUM | F_DATA_VALID)) != 0;
    }

    /**
     * Appends a header without any offload.
     *
     * @param out the buffer appended to
     */
    public static void writePlain(ByteBuf out) {
        out.writeLong(0).writeShort(0);
    }

    /**
     * Appends a header.
     *
     * @param out the buffer appended to
     * @param flags {@link #F_NEEDS_CSUM} or 0
     * @param gsoType one of the GSO constants
     * @param hdrLen all header bytes from the IP header to the end of the transport header
     * @param gsoSize payload bytes of each segment, 0 without GSO
     * @param csumStart where the transport header begins, counted from the IP header
     * @param csumOffset where in it the checksum field lies
     */
    public static void write(
            ByteBuf out, int flags, int gsoType, int hdrLen, int gsoSize, int csumStart, int csumOffset) {
        out.writeByte(flags)
                .writeByte(gsoType)
                .writeShortLE(hdrLen)
                .writeShortLE(gsoSize)
                .writeShortLE(csumStart)
                .writeShortLE(csumOffset);
    }
}
