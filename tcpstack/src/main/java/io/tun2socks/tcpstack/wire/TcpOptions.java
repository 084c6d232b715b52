package io.tun2socks.tcpstack.wire;

import io.netty.buffer.ByteBuf;

/**
 * The options of one TCP segment (RFC 9293 3.2, RFC 7323, RFC 2018), parsed into a reusable object. Not thread-safe.
 */
public final class TcpOptions {
    /** The most SACK blocks that fit the option space. */
    public static final int MAX_SACK_BLOCKS = 4;

    private static final int END = 0;
    private static final int NOP = 1;
    private static final int MSS = 2;
    private static final int WINDOW_SCALE = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK = 5;
    private static final int TIMESTAMPS = 8;

    private int mss;
    private int windowScale;
    private boolean sackPermitted;
    private boolean timestamps;
    private int tsVal;
    private int tsEcr;
    private int sackBlocks;
    private final int[] sackStart = new int[MAX_SACK_BLOCKS];
    private final int[] sackEnd = new int[MAX_SACK_BLOCKS];

    /** Makes an object without options. */
    public TcpOptions() {
        clear();
    }

    private void clear() {
        mss = -1;
        windowScale = -1;
        sackPermitted = false;
        timestamps = false;
        tsVal = 0;
        tsEcr = 0;
        sackBlocks = 0;
    }

    /**
     * Parses the options of a segment. Unknown options are skipped; a malformed one ends the parse, and what stood
     * before it counts (RFC 9293 3.1: MUST-7).
     *
     * @param b the packet
     * @param offset where the options begin
     * @param end where they end
     */
    public void parse(ByteBuf b, int offset, int end) {
        clear();
        int at = offset;
        while (at < end) {
            int kind = b.getUnsignedByte(at);
            if (kind == END) {
                return;
            }
            if (kind == NOP) {
                at++;
                continue;
            }
            if (end - at < 2) {
                return;
            }
            int length = b.getUnsignedByte(at + 1);
            if (length < 2 || length > end - at) {
                return;
            }
            option(b, at, kind, length);
            at += length;
        }
    }

    private void option(ByteBuf b, int at, int kind, int length) {
        if (kind == TIMESTAMPS && length == 10) {
            timestamps = true;
            tsVal = b.getInt(at + 2);
            tsEcr = b.getInt(at + 6);
        } else if (kind == SACK && (length - 2) % 8 == 0) {
            sackBlocks = Math.min((length - 2) / 8, MAX_SACK_BLOCKS);
            for (int i = 0; i < sackBlocks; i++) {
                sackStart[i] = b.getInt(at + 2 + 8 * i);
                sackEnd[i] = b.getInt(at + 6 + 8 * i);
            }
        } else if (kind == MSS && length == 4) {
            mss = b.getUnsignedShort(at + 2);
        } else if (kind == WINDOW_SCALE && length == 3) {
            // RFC 7323 2.3: a larger shift is to be taken as 14.
            windowScale = Math.min(b.getUnsignedByte(at + 2), 14);
        } else if (kind == SACK_PERMITTED && length == 2) {
            sackPermitted = true;
        }
    }

    /** Returns the maximum segment size, or -1. */
    public int mss() {
        return mss;
    }

    /** Returns the window shift, 0 to 14, or -1. */
    public int windowScale() {
        return windowScale;
    }

    /** Tells whether SACK is permitted. */
    public boolean sackPermitted() {
        return sackPermitted;
    }

    /** Tells whether timestamps are there. */
    public boolean timestamps() {
        return timestamps;
    }

    /** Returns TSval. */
    public int tsVal() {
        return tsVal;
    }

    /** Returns TSecr. */
    public int tsEcr() {
        return tsEcr;
    }

    /** Returns the number of SACK blocks, 0 to {@link #MAX_SACK_BLOCKS}. */
    public int sackBlocks() {
        return sackBlocks;
    }

    /** Returns the first sequence number of a block. */
    public int sackStart(int block) {
        return sackStart[block];
    }

    /** Returns the sequence number behind a block. */
    public int sackEnd(int block) {
        return sackEnd[block];
    }

    /** Appends the MSS option, 4 bytes. */
    public static void writeMss(ByteBuf out, int mss) {
        out.writeByte(MSS).writeByte(4).writeShort(mss);
    }

    /** Appends NOP and the window scale option, 4 bytes. */
    public static void writeWindowScale(ByteBuf out, int shift) {
        out.writeByte(NOP).writeByte(WINDOW_SCALE).writeByte(3).writeByte(shift);
    }

    /** Appends two NOPs and SACK-permitted, 4 bytes. */
    public static void writeSackPermitted(ByteBuf out) {
        out.writeByte(NOP).writeByte(NOP).writeByte(SACK_PERMITTED).writeByte(2);
    }

    /** Appends two NOPs and the timestamps option, 12 bytes. */
    public static void writeTimestamps(ByteBuf out, int tsVal, int tsEcr) {
        out.writeInt(NOP << 24 | NOP << 16 | TIMESTAMPS << 8 | 10)
                .writeInt(tsVal)
                .writeInt(tsEcr);
    }

    /**
     * Appends two NOPs and the head of a SACK option; the caller appends the blocks as pairs of ints.
     *
     * @param out the buffer appended to
     * @param blocks the number of blocks that follow, 1 to {@link #MAX_SACK_BLOCKS}
     */
    public static void writeSackHead(ByteBuf out, int blocks) {
        out.writeByte(NOP).writeByte(NOP).writeByte(SACK).writeByte(2 + 8 * blocks);
    }
}
