package io.tun2socks.tcpstack.wire;

import io.netty.buffer.ByteBuf;

/** The TCP header (RFC 9293 3.1). */
public final class TcpHeader {
    /** The length without options. */
    public static final int LENGTH = 20;
    /** Where the checksum field lies. */
    public static final int CHECKSUM_OFFSET = 16;

    /** No more data from the sender. */
    public static final int FIN = 0x01;
    /** Synchronise sequence numbers. */
    public static final int SYN = 0x02;
    /** Reset the connection. */
    public static final int RST = 0x04;
    /** Push. */
    public static final int PSH = 0x08;
    /** The acknowledgement number is valid. */
    public static final int ACK = 0x10;
    /** The urgent pointer is valid. */
    public static final int URG = 0x20;
    /** ECN echo (RFC 3168). */
    public static final int ECE = 0x40;
    /** Congestion window reduced (RFC 3168). */
    public static final int CWR = 0x80;

    private TcpHeader() {}

    /** Returns the source port. */
    public static int sourcePort(ByteBuf b, int o) {
        return b.getUnsignedShort(o);
    }

    /** Returns the destination port. */
    public static int destinationPort(ByteBuf b, int o) {
        return b.getUnsignedShort(o + 2);
    }

    /** Returns the sequence number. */
    public static int seq(ByteBuf b, int o) {
        return b.getInt(o + 4);
    }

    /** Returns the acknowledgement number. */
    public static int ack(ByteBuf b, int o) {
        return b.getInt(o + 8);
    }

    /** Returns the header's length in bytes, 0 to 60. */
    public static int headerLength(ByteBuf b, int o) {
        return (b.getUnsignedByte(o + 12) >>> 4) * 4;
    }

    /** Returns the flags. */
    public static int flags(ByteBuf b, int o) {
        return b.getUnsignedByte(o + 13);
    }

    /** Returns the window field, not scaled. */
    public static int window(ByteBuf b, int o) {
        return b.getUnsignedShort(o + 14);
    }

    /** Returns the checksum. */
    public static int checksum(ByteBuf b, int o) {
        return b.getUnsignedShort(o + CHECKSUM_OFFSET);
    }

    /**
     * Appends a header whose data offset, checksum and options are filled in later.
     *
     * @param out the buffer appended to
     * @param sourcePort source port
     * @param destinationPort destination port
     * @param seq sequence number
     * @param ack acknowledgement number
     * @param flags the flags
     * @param window the window field, 0 to 65535
     */
    public static void write(
            ByteBuf out, int sourcePort, int destinationPort, int seq, int ack, int flags, int window) {
        out.writeShort(sourcePort)
                .writeShort(destinationPort)
                .writeInt(seq)
                .writeInt(ack)
                .writeByte((LENGTH / 4) << 4)
                .writeByte(flags)
                .writeShort(window)
                .writeInt(0);
    }

    /** Sets the data offset. */
    public static void headerLength(ByteBuf b, int o, int length) {
        b.setByte(o + 12, (length / 4) << 4);
    }
}
